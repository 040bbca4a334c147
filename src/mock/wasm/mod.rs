//! The WASM backend: modules compiled once, each call in a fresh instance, and nothing around it but the host functions.
//!
//! `docs/abi.md` is the contract. What a guest keeps in its memory is gone when the call ends, so that two episodes cannot meet
//! and a trap leaves nothing half-done.

mod component;
mod core;
mod engine;
mod guest;
mod shape;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use wasmtime::{Engine, Store, Trap, UpdateDeadline, WasmBacktrace};

pub use engine::keep_compiled_in;

use super::host::{Ended, Stop};
use super::{
    Fault, FaultKind, Limits, Mock, Outcome, SourceError, SourcePlace, Turn, excerpt, meter, with_roomy_stack,
};
use crate::json::Json;
use component::Component;
use core::Core;
use engine::Seat;
use guest::Guest;

/// Modules larger than this are refused: compiling them would take minutes.
const MODULE_BYTES_MAX: usize = 64 << 20;
/// And text forms larger than this, which are written by hand and take fifty times their size to read.
const TEXT_BYTES_MAX: usize = 2 << 20;
/// Bytes of texts that a component may pass in one call of a host function, or answer.
const HOSTCALL_BYTES_MAX: usize = 16 << 20;
/// Tools of one component.
const TOOLS_MAX: usize = 10_000;

/// A mock compiled to WebAssembly, ready to run.
pub struct WasmMock {
    engine: &'static Engine,
    form: Form,
    tools: BTreeSet<String>,
    limits: Limits,
}

enum Form {
    Core(Core),
    Component(Component),
}

impl WasmMock {
    /// Compiles a module or component, in binary or in text form, and starts it once.
    ///
    /// # Errors
    /// A module that is invalid, imports what mocks do not have, exports no tool, or does not start.
    pub fn compile(path: &Path, bytes: &[u8], limits: Limits) -> Result<WasmMock, SourceError> {
        // The compiler and the start of a guest may need more stack than the caller has.
        with_roomy_stack(|| WasmMock::compile_here(path, bytes, limits))
    }

    fn compile_here(path: &Path, bytes: &[u8], limits: Limits) -> Result<WasmMock, SourceError> {
        let fail = |message: String| SourceError { message: excerpt(&message), place: None, file: path.to_owned() };
        if bytes.len() > MODULE_BYTES_MAX {
            let message = format!("the module has {} bytes, at most {MODULE_BYTES_MAX} are read", bytes.len());
            return Err(fail(message));
        }
        let bytes = binary(path, bytes)?;
        shape::check(&bytes).map_err(&fail)?;
        let engine = engine::engine().map_err(&fail)?;
        let is_component = bytes.get(6) == Some(&1);
        let form = match is_component {
            true => Form::Component(Component::new(engine, &bytes).map_err(&fail)?),
            false => Form::Core(Core::new(engine, &bytes).map_err(&fail)?),
        };
        let mut mock = WasmMock { engine, form, tools: BTreeSet::new(), limits };
        mock.tools = mock.start().map_err(|fault| fail(fault.to_string()))?;
        Ok(mock)
    }

    /// Starts the module without a call, and asks for its tools.
    fn start(&self) -> Result<BTreeSet<String>, Fault> {
        let mistake = |message: String| Fault { kind: FaultKind::Script, message, place: None };
        let tools = self.within_limits(&mut Turn::default(), |store| match &self.form {
            Form::Core(core) => core.start(store).map(|_| core.tools().cloned().collect()),
            Form::Component(component) => component.names(store),
        });
        let tools: Vec<String> = match tools {
            Ok(tools) => tools,
            Err(Outcome::Fault(fault)) => return Err(fault),
            Err(_) => return Err(mistake("the module answers before it is asked".into())),
        };
        if tools.len() > TOOLS_MAX {
            return Err(mistake(format!("the module has {} tools, at most {TOOLS_MAX} are taken", tools.len())));
        }
        let named: BTreeSet<String> = tools.iter().cloned().collect();
        if named.len() < tools.len() {
            return Err(mistake("the module names a tool twice".into()));
        }
        Ok(named)
    }

    /// Runs guest code in a new store. What ended it other than by returning is the error.
    fn within_limits<T>(
        &self,
        turn: &mut Turn,
        work: impl FnOnce(&mut Store<Guest>) -> wasmtime::Result<T>,
    ) -> Result<T, Outcome> {
        let _seat = Seat::take();
        meter::start(&self.limits);
        let mut store = Store::new(self.engine, Guest::new(std::mem::take(turn), self.limits));
        store.limiter(|guest| &mut guest.room);
        store.set_hostcall_fuel(HOSTCALL_BYTES_MAX);
        // At each tick, whatever the guest does: what runs between two host functions is charged to nothing but fuel.
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| match meter::look() {
            Ok(()) => Ok(UpdateDeadline::Continue(1)),
            Err(exceeded) => {
                meter::reached(&exceeded.to_string());
                Ok(UpdateDeadline::Interrupt)
            }
        });
        let result = store.set_fuel(self.limits.fuel).and_then(|()| work(&mut store));
        let reached = meter::stop();
        let mut guest = store.into_data();
        *turn = std::mem::take(&mut guest.host.turn);
        if let Some(ended) = guest.host.ended.take() {
            return Err(match ended {
                Ended::Refusal(answer) => Outcome::Refusal(answer),
                Ended::Answer(answer) => Outcome::Answer(answer),
            });
        }
        let fault = |kind, message| Err(Outcome::Fault(Fault { kind, message, place: None }));
        match (result, reached) {
            (_, Some(message)) => fault(FaultKind::Limit, message),
            (Ok(result), None) => Ok(result),
            (Err(error), None) => {
                let (kind, message) = self.explain(&guest, &error);
                fault(kind, message)
            }
        }
    }

    /// Why a guest ended other than by returning or by a limit of the meter.
    fn explain(&self, guest: &Guest, error: &wasmtime::Error) -> (FaultKind, String) {
        let function = error.downcast_ref::<WasmBacktrace>().and_then(|trace| trace.frames().first()?.func_name());
        let place = function.map(|name| format!(" in function `{}`", excerpt(name))).unwrap_or_default();
        let Limits { fuel, memory_bytes, .. } = self.limits;
        match (&guest.stop, error.downcast_ref::<Trap>()) {
            (Some(Stop::Limit(message)), _) => (FaultKind::Limit, format!("{message}{place}")),
            (Some(Stop::Mistake(message)), _) => (FaultKind::Script, format!("{}{place}", excerpt(message))),
            (None, Some(Trap::OutOfFuel)) => {
                (FaultKind::Limit, format!("the call took more than {fuel} units of fuel{place}"))
            }
            (None, Some(Trap::StackOverflow)) => {
                (FaultKind::Limit, format!("function calls nest deeper than the stack of a guest{place}"))
            }
            _ if guest.room.denied => {
                (FaultKind::Limit, format!("the call asked for more than {memory_bytes} bytes of memory{place}"))
            }
            (None, Some(trap)) => (FaultKind::Script, format!("{trap}{place}")),
            // The error has no type of its own.
            (None, None) if format!("{error:#}").contains("fuel allocated for hostcalls") => {
                (FaultKind::Limit, format!("more than {HOSTCALL_BYTES_MAX} bytes of texts at once{place}"))
            }
            (None, None) => (FaultKind::Script, excerpt(&error.root_cause().to_string())),
        }
    }
}

impl Mock for WasmMock {
    fn functions(&self) -> Vec<String> {
        self.tools.iter().cloned().collect()
    }

    fn run(&self, function: &str, arguments: &Json, turn: &mut Turn) -> Outcome {
        if !self.tools.contains(function) {
            let message = format!("the mock has no tool `{function}`");
            return Outcome::Fault(Fault { kind: FaultKind::Missing, message, place: None });
        }
        let answer = self.within_limits(turn, |store| match &self.form {
            Form::Core(core) => core.call(store, function, arguments),
            Form::Component(component) => component.call(store, function, arguments),
        });
        answer.map_or_else(|ended| ended, Outcome::Answer)
    }
}

/// The binary form of a module, whichever it has.
fn binary<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, SourceError> {
    if path.extension().is_none_or(|extension| extension != "wat") {
        return Ok(Cow::Borrowed(bytes));
    }
    let fail = |message: String, place| SourceError { message, place, file: path.to_owned() };
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(fail(format!("the text has {} bytes, at most {TEXT_BYTES_MAX} are read", bytes.len()), None));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| fail(e.to_string(), None))?;
    wat::parse_str(text).map(Cow::Owned).map_err(|e| {
        // `file:line:column` stands in the second line of the message, the reason in the first.
        let told = e.to_string();
        let position = told.lines().find_map(|line| line.trim().strip_prefix("--> "));
        let mut numbers = position.into_iter().flat_map(|at| at.rsplitn(3, ':')).map_while(|n| n.parse().ok());
        let (column, line) = (numbers.next(), numbers.next());
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let place = line.zip(column).map(|(line, column)| SourcePlace { file, line, column });
        fail(excerpt(told.lines().next().unwrap_or_default()), place)
    })
}

#[cfg(test)]
mod tests;
