#![no_main]

use gemproof::mock::meter::Counting;

/// As the program has it: the memory of a call is bounded through it.
#[global_allocator]
static ALLOCATOR: Counting<std::alloc::System> = Counting(std::alloc::System);

libfuzzer_sys::fuzz_target!(|data: &[u8]| gemproof_fuzz::ingest::run(data));
