//! The one engine of a process: how guests are compiled, where their memory comes from, and the clock that stops them.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, OperatorCost, PoolingAllocationConfig,
};

/// Native stack that a guest's calls may use. Mocks run on threads with much more, see [`crate::mock::STACK_BYTES`].
const STACK_BYTES: usize = 512 << 10;

/// Largest linear memory of a guest, whatever its environment allows: address space is set aside for it.
pub(super) const MEMORY_BYTES_MAX: usize = 1 << 30;
/// Elements of one table.
pub(super) const TABLE_ELEMENTS_MAX: usize = 100_000;

/// Guests that run at the same time, one on each thread; more threads wait for their turn.
const GUESTS_MAX: u32 = 128;
/// What one guest may be made of: a component with an interpreter has some dozen instances.
pub(super) const INSTANCES_OF_ONE: u32 = 64;
pub(super) const MEMORIES_OF_ONE: u32 = 8;
pub(super) const TABLES_OF_ONE: u32 = 16;
/// Globals and references to functions of one instance, which are made anew for each call.
const INSTANCE_BYTES_MAX: usize = 2 << 20;

/// Memory of a finished guest that is cleared by writing zeros rather than by giving it back to the system.
const KEPT_BYTES: usize = 256 << 10;

/// How often guests look at clock and memory.
const TICK: Duration = Duration::from_millis(20);

static CACHE: OnceLock<PathBuf> = OnceLock::new();

/// Keeps compiled guests in a folder, under a hash of the guest and of the compiler's settings. Takes effect when it is called before the
/// first guest is compiled. The folder is made, for its owner alone, where it is absent: what lies in it is executed.
pub fn keep_compiled_in(folder: &Path) {
    let _ = CACHE.set(folder.to_owned());
}

/// A place in the pool, given back when it is dropped.
pub(super) struct Seat(());

static TAKEN: Mutex<u32> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

impl Seat {
    /// Waits for a place. The pool has room for as many guests of the largest kind, so that none fails because others run.
    pub fn take() -> Seat {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED.wait_while(taken, |taken| *taken >= GUESTS_MAX).unwrap_or_else(PoisonError::into_inner);
        *taken += 1;
        Seat(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}

/// The engine.
///
/// # Errors
/// When the machine cannot run it.
pub(super) fn engine() -> Result<&'static Engine, String> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let pooled = Engine::new(config().allocation_strategy(InstanceAllocationStrategy::Pooling(pool())));
        // Pooling sets aside address space, which a system may refuse; guests then only start and run more slowly.
        let engine = match pooled {
            Ok(engine) => engine,
            Err(_) => Engine::new(&frugal()).map_err(|e| format!("WebAssembly cannot run here: {e:#}"))?,
        };
        let clock = engine.weak();
        let tick = move || {
            while let Some(engine) = clock.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        };
        let thread = std::thread::Builder::new().name("gemproof-clock".into()).spawn(tick);
        thread.map_err(|e| format!("the clock that stops guests cannot start: {e}"))?;
        Ok(engine)
    });
    engine.as_ref().map_err(String::clone)
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(true)
        .relaxed_simd_deterministic(true)
        .operator_cost(costs())
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(4))
        .memory_init_cow(true)
        .cache(CACHE.get().and_then(|folder| cache(folder)));
    config
}

/// Fuel of instructions that are calls into the runtime.
fn costs() -> OperatorCost {
    OperatorCost { RefFunc: 10, TableGet: 5, TableSet: 10, TableGrow: 50, MemoryGrow: 50, ..OperatorCost::default() }
}

/// Takes no address space before it is needed.
fn frugal() -> Config {
    let mut config = config();
    config.memory_reservation(0).memory_guard_size(0).memory_reservation_for_growth(1 << 20);
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(GUESTS_MAX * INSTANCES_OF_ONE)
        .total_component_instances(GUESTS_MAX)
        .total_memories(GUESTS_MAX * MEMORIES_OF_ONE)
        .total_tables(GUESTS_MAX * TABLES_OF_ONE)
        .max_memory_size(MEMORY_BYTES_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_core_instances_per_component(INSTANCES_OF_ONE)
        .max_memories_per_component(MEMORIES_OF_ONE)
        .max_tables_per_component(TABLES_OF_ONE)
        .max_memories_per_module(MEMORIES_OF_ONE)
        .max_tables_per_module(TABLES_OF_ONE)
        .max_core_instance_size(INSTANCE_BYTES_MAX)
        .max_component_instance_size(INSTANCE_BYTES_MAX)
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// The store of compiled guests; without one they are compiled afresh. A folder that others may write to is not used.
fn cache(folder: &Path) -> Option<Cache> {
    if !folder.exists() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).ok()?;
    }
    let folder = folder.canonicalize().ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let writers = folder.metadata().ok()?.mode() & 0o022;
        if writers != 0 {
            return None;
        }
    }
    let mut config = CacheConfig::new();
    config.with_directory(folder);
    Cache::new(config).ok()
}
