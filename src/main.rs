use std::process::ExitCode;

use gemproof::mock::meter::Counting;

#[global_allocator]
static ALLOCATOR: Counting<mimalloc::MiMalloc> = Counting(mimalloc::MiMalloc);

fn main() -> ExitCode {
    gemproof::cli::main()
}
