//! The Rhai backend: scripts compiled once, called with one map, and nothing around them but the host functions.
//!
//! The engine starts from `new_raw()`: no files, modules, time, `sleep`, `print` or `eval`. Every limit is set.

mod host;
mod node;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LogicPackage, MoreStringPackage, Package,
};
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Position, Scope};

use super::host::{Ended, Host};
use super::meter::{self, Exceeded};
use super::{Fault, FaultKind, Limits, Mock, Outcome, SourceError, SourcePlace, Turn, excerpt};
use crate::json::Json;
use crate::world;
use host::Handle;

/// Elements of one native array or map of a script, nested ones included. Larger data belongs in the world.
const CONTAINER_ITEMS_MAX: usize = 2_000;

/// Operations between two looks at the memory, and at the clock too.
const MEMORY_STEP: u64 = 64;
const CLOCK_STEP: u64 = 2_048;

/// Source files of a mock larger than this are refused.
const SOURCE_BYTES_MAX: usize = 200_000;

/// Memory that calls of one mock may leave behind in all: closures that hold themselves are never freed.
const LEAKED_BYTES_MAX: u64 = 32 << 20;
/// What a call may leave behind beyond its answer and its changes without being noted.
const LEAKED_BYTES_NOTED: u64 = 16 << 10;
/// What a change of the world may hold besides the record: nodes of the persistent map that are not shared with other worlds.
const WRITE_BYTES: u64 = 16 << 10;

/// A mock written in Rhai, ready to run.
pub struct RhaiMock {
    engine: Engine,
    ast: AST,
    limits: Limits,
    /// Which file each function was read from.
    files: BTreeMap<String, String>,
    tools: BTreeSet<String>,
    leaked: AtomicU64,
}

impl RhaiMock {
    /// Compiles scripts, given as file names and sources; later files may replace functions of earlier ones.
    ///
    /// # Errors
    /// A file that does not parse, or whose top level does anything.
    pub fn compile(sources: &[(PathBuf, String)], limits: Limits) -> Result<RhaiMock, SourceError> {
        let engine = engine(limits);
        // Ends at the first operation: only a script without statements gets through.
        let mut probe = Engine::new_raw();
        probe.on_progress(|_| Some(Dynamic::UNIT));
        let mut ast = AST::empty();
        let mut files = BTreeMap::new();
        let mut tools = BTreeSet::new();
        for (path, source) in sources {
            let file = file_name(path);
            let fail = |message: String, position: Position| SourceError {
                place: place(&file, position),
                message,
                file: path.clone(),
            };
            if source.len() > SOURCE_BYTES_MAX {
                return Err(fail(
                    format!("the script has {} bytes, at most {SOURCE_BYTES_MAX} are read", source.len()),
                    Position::NONE,
                ));
            }
            let part = engine.compile(source).map_err(|e| fail(e.err_type().to_string(), e.position()))?;
            let mut statements = part.clone();
            statements.clear_functions();
            if !probe.eval_ast::<Dynamic>(&statements).is_ok_and(|value| value.is_unit()) {
                let message = "statements outside of functions are not allowed in a mock";
                return Err(fail(message.into(), Position::NONE));
            }
            for function in part.iter_functions() {
                files.insert(function.name.to_owned(), file.clone());
                if function.params.len() == 1 {
                    tools.insert(function.name.to_owned());
                }
            }
            ast.combine(part);
        }
        ast.clear_statements();
        Ok(RhaiMock { engine, ast, limits, files, tools, leaked: AtomicU64::new(0) })
    }

    fn fault(&self, function: &str, error: EvalAltResult) -> Fault {
        // The innermost script function tells the file, the innermost error the position in it.
        let mut name = function.to_owned();
        let mut inner = error;
        while let EvalAltResult::ErrorInFunctionCall(called, _, cause, _) = inner {
            if self.files.contains_key(&called) {
                name = called;
            }
            inner = *cause;
        }
        let place = place(self.files.get(&name).map_or("?", String::as_str), inner.take_position());
        let (kind, message) = match &inner {
            EvalAltResult::ErrorTooManyOperations(_) => {
                (FaultKind::Limit, format!("the call took more than {} operations", self.limits.operations))
            }
            EvalAltResult::ErrorTerminated(reason, _) => (FaultKind::Limit, reason.to_string()),
            EvalAltResult::ErrorStackOverflow(_) => {
                (FaultKind::Limit, format!("function calls nest deeper than {} levels", self.limits.call_depth))
            }
            EvalAltResult::ErrorDataTooLarge(..) | EvalAltResult::ErrorTooManyVariables(_) => {
                (FaultKind::Limit, inner.to_string())
            }
            EvalAltResult::ErrorRuntime(thrown, _) => (FaultKind::Script, thrown_text(thrown)),
            _ => (FaultKind::Script, inner.to_string()),
        };
        Fault { kind, message: excerpt(&message), place }
    }
}

/// What a script threw, as text.
fn thrown_text(thrown: &Dynamic) -> String {
    match thrown.read_lock::<rhai::ImmutableString>() {
        Some(text) if !text.is_empty() => text.to_string(),
        _ => match node::from_dynamic(thrown, &Limits::default()) {
            Ok(json) => format!("the script threw {json}"),
            Err(_) => format!("the script threw a value of type {}", thrown.type_name()),
        },
    }
}

impl Mock for RhaiMock {
    fn functions(&self) -> Vec<String> {
        self.tools.iter().cloned().collect()
    }

    fn run(&self, function: &str, arguments: &Json, turn: &mut Turn) -> Outcome {
        if !self.tools.contains(function) {
            let message = match self.files.contains_key(function) {
                true => format!("function `{function}` must have one parameter, the arguments"),
                false => format!("the mock has no function `{function}`"),
            };
            return Outcome::Fault(Fault { kind: FaultKind::Missing, message, place: None });
        }
        if self.leaked.load(Ordering::Relaxed) > LEAKED_BYTES_MAX {
            let message = "earlier calls of this mock left too much memory behind: its closures hold themselves".into();
            return Outcome::Fault(Fault { kind: FaultKind::Limit, message, place: None });
        }
        let held = Held::now(turn);
        let outcome = self.call(function, arguments, turn);
        let left = held.left_behind(turn, &outcome);
        if left > LEAKED_BYTES_NOTED {
            self.leaked.fetch_add(left, Ordering::Relaxed);
        }
        outcome
    }
}

/// What the thread and the world held before a call.
struct Held {
    allocated: i64,
    nodes: u64,
    indexed: u64,
    written: u64,
}

impl Held {
    fn now(turn: &Turn) -> Held {
        Held {
            allocated: meter::allocated(),
            nodes: turn.world.size().nodes,
            indexed: world::records_indexed(),
            written: world::records_written(),
        }
    }

    /// Bytes that are still held though neither the answer, the world nor its indexes account for them. An estimate.
    fn left_behind(&self, turn: &Turn, outcome: &Outcome) -> u64 {
        let answer = match outcome {
            Outcome::Answer(answer) | Outcome::Refusal(answer) => answer.nodes(),
            Outcome::Fault(_) => 0,
        };
        let nodes = turn.world.size().nodes.saturating_sub(self.nodes).saturating_add(answer);
        let indexed = world::records_indexed() - self.indexed;
        let written = world::records_written() - self.written;
        let explained = nodes.saturating_add(indexed).saturating_mul(256).saturating_add(written * WRITE_BYTES);
        u64::try_from(meter::allocated() - self.allocated).unwrap_or(0).saturating_sub(explained)
    }
}

impl RhaiMock {
    fn call(&self, function: &str, arguments: &Json, turn: &mut Turn) -> Outcome {
        let handle = Handle(Arc::new(Mutex::new(Host::new(std::mem::take(turn), self.limits))));
        let options = CallFnOptions::new().eval_ast(false).with_tag(handle.clone());
        meter::start(&self.limits);

        let result = self.engine.call_fn_with_options::<Dynamic>(
            options,
            &mut Scope::new(),
            &self.ast,
            function,
            (node::to_dynamic(arguments),),
        );
        let answer = result.and_then(|value| {
            node::from_dynamic(&value, &self.limits).map_err(|mut error| {
                if let EvalAltResult::ErrorRuntime(message, _) = error.as_mut() {
                    *message = format!("function `{function}` returned {message}").into();
                }
                error
            })
        });
        let limit = meter::stop();
        let mut host = handle.lock();
        *turn = std::mem::take(&mut host.turn);
        match (host.ended.take(), &limit) {
            (Some(Ended::Refusal(answer)), None) => return Outcome::Refusal(answer),
            (Some(Ended::Answer(answer)), None) => return Outcome::Answer(answer),
            _ => {}
        }
        match (answer, limit) {
            (Ok(answer), None) => Outcome::Answer(answer),
            (Ok(_), Some(message)) => Outcome::Fault(Fault { kind: FaultKind::Limit, message, place: None }),
            (Err(error), None) => Outcome::Fault(self.fault(function, *error)),
            (Err(error), Some(message)) => {
                let place = self.fault(function, *error).place;
                Outcome::Fault(Fault { kind: FaultKind::Limit, message, place })
            }
        }
    }
}

/// An engine with the chosen packages, the host functions, and every limit set.
fn engine(limits: Limits) -> Engine {
    let mut engine = Engine::new_raw();
    ArithmeticPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    for name in ["eval", "print", "debug", "import", "export", "curry"] {
        engine.disable_symbol(name);
    }
    engine.set_strict_variables(true);
    engine.set_max_operations(limits.operations);
    engine.set_max_call_levels(limits.call_depth);
    engine.set_max_expr_depths(64, 48);
    engine.set_max_string_size(limits.string_bytes);
    engine.set_max_array_size(CONTAINER_ITEMS_MAX);
    engine.set_max_map_size(CONTAINER_ITEMS_MAX);
    engine.set_max_variables(256);
    engine.set_max_functions(2_000);
    engine.on_progress(|operations| {
        let looked = match operations {
            n if n % CLOCK_STEP == 0 => meter::look(),
            n if n % MEMORY_STEP == 0 => meter::look_at_memory(),
            _ => return None,
        };
        looked.err().map(|exceeded: Exceeded| Dynamic::from(exceeded.to_string()))
    });
    node::register(&mut engine, limits);
    host::register(&mut engine, limits);
    engine
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn place(file: &str, position: Position) -> Option<SourcePlace> {
    Some(SourcePlace { file: file.into(), line: position.line()?, column: position.position().unwrap_or(1) })
}

#[cfg(test)]
mod tests;
