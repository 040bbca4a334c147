//! What the call on this thread has used: work that host functions do, memory, time.
//!
//! A backend counts its own operations. What host functions do on behalf of a guest is not among them, so each charges its
//! work here before it does it: one unit for each JSON node made, compared or copied, and for each record looked at. Memory
//! is counted where the program allocates through [`Counting`]; wall time is the belt.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use super::Limits;

/// Units of work between two looks at clock and memory.
const LOOK_UNITS: u64 = 1 << 15;

/// A limit that a call reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exceeded {
    Work(u64),
    Memory(u64),
    Time(u64),
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exceeded::Work(units) => write!(f, "the call asked for more than {units} units of work of host functions"),
            Exceeded::Memory(bytes) => write!(f, "the call took more than {bytes} bytes of memory"),
            Exceeded::Time(ms) => write!(f, "the call took more than {ms} ms"),
        }
    }
}

#[derive(Clone, Copy)]
struct Budget {
    deadline: Option<Instant>,
    deadline_ms: u64,
    work: u64,
    work_left: u64,
    look_at: u64,
    memory: u64,
    allocated_start: i64,
}

thread_local! {
    static BUDGET: Cell<Option<Budget>> = const { Cell::new(None) };
        static ALLOCATED: Cell<i64> = const { Cell::new(0) };
    static REACHED: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
}

/// Notes that the call reached a limit. The first one counts, whatever becomes of the error that tells of it: a backend may
/// swallow errors where it prints values.
pub fn reached(limit: &str) {
    REACHED.with_borrow_mut(|reached| {
        reached.get_or_insert_with(|| limit.to_owned());
    });
}

/// Bytes that this thread has allocated less those it has freed, where the program counts them.
pub fn allocated() -> i64 {
    ALLOCATED.get()
}

/// Starts the account of a call on this thread.
pub fn start(limits: &Limits) {
    REACHED.set(None);
    BUDGET.set(Some(Budget {
        deadline: Instant::now().checked_add(Duration::from_millis(limits.deadline_ms)),
        deadline_ms: limits.deadline_ms,
        work: limits.work,
        work_left: limits.work,
        look_at: limits.work.saturating_sub(LOOK_UNITS),
        memory: limits.memory_bytes,
        allocated_start: ALLOCATED.get(),
    }));
}

/// Ends it, and tells which limit was reached, if one was. Without an account nothing is limited.
pub fn stop() -> Option<String> {
    BUDGET.set(None);
    REACHED.take()
}

/// Takes units of work.
///
/// # Errors
/// When they are more than the call has left, or time or memory are used up.
pub fn charge(units: u64) -> Result<(), Exceeded> {
    let Some(mut budget) = BUDGET.get() else { return Ok(()) };
    let Some(left) = budget.work_left.checked_sub(units) else { return Err(Exceeded::Work(budget.work)) };
    budget.work_left = left;
    let looks = left < budget.look_at;
    if looks {
        budget.look_at = left.saturating_sub(LOOK_UNITS);
    }
    BUDGET.set(Some(budget));
    if looks { look() } else { Ok(()) }
}

/// Looks at clock and memory.
///
/// # Errors
/// When one of them is used up.
pub fn look() -> Result<(), Exceeded> {
    let Some(budget) = BUDGET.get() else { return Ok(()) };
    look_at_memory()?;
    match budget.deadline {
        Some(deadline) if Instant::now() > deadline => Err(Exceeded::Time(budget.deadline_ms)),
        _ => Ok(()),
    }
}

/// Looks at memory alone, which costs next to nothing.
///
/// # Errors
/// When it is used up.
pub fn look_at_memory() -> Result<(), Exceeded> {
    let Some(budget) = BUDGET.get() else { return Ok(()) };
    let used = ALLOCATED.get() - budget.allocated_start;
    if used > i64::try_from(budget.memory).unwrap_or(i64::MAX) { Err(Exceeded::Memory(budget.memory)) } else { Ok(()) }
}

/// An allocator that counts, for each thread, bytes allocated less bytes freed. The program installs it; where it is not
/// installed, memory is bounded only through sizes of values.
#[derive(Debug, Default)]
pub struct Counting<A>(pub A);

fn count(bytes: i64) {
    ALLOCATED.set(ALLOCATED.get() + bytes);
}

// SAFETY: every call is passed on unchanged to the inner allocator, which upholds the contract; counting touches only a
// thread-local cell without a destructor and does not allocate.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's obligations are passed on.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller's obligations are passed on.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller's obligations are passed on.
        unsafe { self.0.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: the caller's obligations are passed on.
        unsafe { self.0.realloc(pointer, layout, size) }
    }
}
