//! One call of a guest: what it works on, the values that it holds handles to, and what it may take.

use wasmtime::{Caller, Memory, ResourceLimiter};

use super::engine::{INSTANCES_OF_ONE, MEMORIES_OF_ONE, MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX, TABLES_OF_ONE};
use crate::json::Json;
use crate::mock::host::{Done, Ended, Host, Stop, charge};
use crate::mock::{Limits, Turn};

/// What a call of a guest reaches through its store.
pub(super) struct Guest {
    pub host: Host,
    /// The memory that addresses point into; none until the instance exists.
    pub memory: Option<Memory>,
    /// Why a host function ended the call.
    pub stop: Option<Stop>,
    pub room: Room,
    /// The value of handle `n` is at `n - 1`.
    values: Vec<Json>,
}

impl Guest {
    pub fn new(turn: Turn, limits: Limits) -> Guest {
        let room = Room { bytes: limits.memory_bytes, ..Room::default() };
        Guest { host: Host::new(turn, limits), memory: None, stop: None, room, values: Vec::new() }
    }

    /// The value of a handle; nothing reads as `null`.
    pub fn value(&self, handle: i32) -> Done<&Json> {
        match handle {
            0 => Ok(&Json::Null),
            _ => match usize::try_from(handle).ok().and_then(|at| self.values.get(at - 1)) {
                Some(value) => Ok(value),
                None => Err(wild(handle)),
            },
        }
    }

    /// Changes the value of a handle.
    pub fn change<T>(&mut self, handle: i32, change: impl FnOnce(&Host, &mut Json) -> Done<T>) -> Done<T> {
        match usize::try_from(handle).ok().and_then(|at| self.values.get_mut(at.wrapping_sub(1))) {
            Some(value) => change(&self.host, value),
            None => Err(wild(handle)),
        }
    }

    /// A handle to a value.
    pub fn hand(&mut self, value: Json) -> Done<i32> {
        charge(1)?;
        self.values.push(value);
        i32::try_from(self.values.len()).or_else(|_| crate::mock::host::limit("more values than there are handles"))
    }

    /// A handle to a value, 0 where there is none.
    pub fn hand_some(&mut self, value: Option<Json>) -> Done<i32> {
        value.map_or(Ok(0), |value| self.hand(value))
    }

    /// Runs a host function and turns what stops it into the end of the call.
    pub fn ends<T>(&mut self, result: Done<T>) -> wasmtime::Result<T> {
        match result {
            Ok(_) if self.host.ended.is_some() => Err(wasmtime::Error::msg("the guest ended its call")),
            Ok(done) => Ok(done),
            Err(stop) => {
                self.stop = Some(stop);
                Err(wasmtime::Error::msg("a host function ended the call"))
            }
        }
    }

    pub fn end(&mut self, how: Ended) -> Done<()> {
        self.host.ended = Some(how);
        Ok(())
    }
}

fn wild(handle: i32) -> Stop {
    Stop::Mistake(format!("handle {handle} stands for no value"))
}

/// A host function of a core module: with the guest and its memory.
pub(super) fn with<T>(
    caller: &mut Caller<'_, Guest>,
    work: impl FnOnce(&mut Guest, &mut [u8]) -> Done<T>,
) -> wasmtime::Result<T> {
    let memory = caller.data().memory;
    let (bytes, guest) = match &memory {
        Some(memory) => memory.data_and_store_mut(&mut *caller),
        None => (&mut [][..], caller.data_mut()),
    };
    let result = charge(1).and_then(|()| work(guest, bytes));
    guest.ends(result)
}

/// Bytes of a guest's memory.
fn range(memory: &[u8], address: i32, len: i32) -> Done<std::ops::Range<usize>> {
    // Addresses are unsigned.
    let (start, len) = (address as u32 as usize, len as u32 as usize);
    match start.checked_add(len).filter(|end| *end <= memory.len()) {
        Some(end) => Ok(start..end),
        None => Err(Stop::Mistake(format!(
            "{len} bytes at address {start} are not in the guest's memory of {} bytes",
            memory.len()
        ))),
    }
}

/// A text in a guest's memory.
pub(super) fn text(memory: &[u8], address: i32, len: i32) -> Done<&str> {
    let bytes = &memory[range(memory, address, len)?];
    charge(bytes.len() as u64 / 16)?;
    std::str::from_utf8(bytes).map_err(|e| {
        Stop::Mistake(format!("the text at address {} is not UTF-8 at byte {}", address as u32, e.valid_up_to()))
    })
}

/// Writes as much of a text as fits, and answers its length.
pub(super) fn write(memory: &mut [u8], address: i32, room: i32, text: &str) -> Done<i32> {
    let range = range(memory, address, room)?;
    let bytes = text.len().min(range.len());
    charge(bytes as u64 / 16)?;
    memory[range.start..range.start + bytes].copy_from_slice(&text.as_bytes()[..bytes]);
    i32::try_from(text.len()).or_else(|_| crate::mock::host::limit("a text of more than 2 GiB"))
}

/// What a guest may take of memory, all of its memories and tables together.
#[derive(Debug, Default)]
pub(super) struct Room {
    bytes: u64,
    used: u64,
    /// Whether it asked for more.
    pub denied: bool,
}

impl Room {
    fn grow(&mut self, current: usize, desired: usize, unit: u64, max: usize) -> bool {
        let used = self.used + (desired.saturating_sub(current) as u64).saturating_mul(unit);
        let fits = used <= self.bytes && desired <= max;
        if fits {
            self.used = used;
        } else {
            self.denied = true;
        }
        fits
    }
}

impl ResourceLimiter for Room {
    fn memory_growing(&mut self, current: usize, desired: usize, max: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, 1, max.unwrap_or(usize::MAX).min(MEMORY_BYTES_MAX)))
    }

    /// What the limits allow and the machine has not ends the call: an answer of -1 would depend on the machine.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if error.to_string().contains("exceed") { Ok(()) } else { Err(error) }
    }

    fn instances(&self) -> usize {
        INSTANCES_OF_ONE as usize
    }

    fn memories(&self) -> usize {
        MEMORIES_OF_ONE as usize
    }

    fn tables(&self) -> usize {
        TABLES_OF_ONE as usize
    }

    fn table_growing(&mut self, current: usize, desired: usize, max: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, 16, max.unwrap_or(usize::MAX).min(TABLE_ELEMENTS_MAX)))
    }
}
