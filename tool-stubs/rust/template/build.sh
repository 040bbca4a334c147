#!/usr/bin/env bash
# Makes mock.wasm out of mock.rs: here, or in the folder that is given. RUSTC names another compiler.
set -euo pipefail
cd "${1:-$(dirname "$0")}"

# The first compiler that has the standard library of the target.
target=wasm32-unknown-unknown
has_target() {
    local libraries
    libraries="$("$1" --print target-libdir --target "$target" 2>/dev/null)" && [ -n "$(ls "$libraries" 2>/dev/null)" ]
}
for rustc in ${RUSTC:-rustc /usr/bin/rustc}; do
    has_target "$rustc" && break
    rustc=
done
if [ -z "$rustc" ]; then
    echo "build.sh: no rustc with the target $target. With rustup: rustup target add $target." \
        "On Debian: apt-get install rustc libstd-rust-dev-wasm32. RUSTC names another compiler." >&2
    exit 3
fi

"$rustc" --edition 2021 --target "$target" --crate-type cdylib -O -C lto -C codegen-units=1 -C panic=abort \
    -C strip=debuginfo -o mock.wasm mock.rs
