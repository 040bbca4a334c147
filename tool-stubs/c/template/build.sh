#!/usr/bin/env bash
# Makes mock.wasm out of mock.c: here, or in the folder that is given. CLANG names another clang.
set -euo pipefail
cd "${1:-$(dirname "$0")}"

clang="${CLANG:-clang}"
missing() {
    echo "build.sh: $1 is missing. On Debian: apt-get install clang lld" >&2
    exit 3
}
command -v "$clang" >/dev/null || missing "$clang (CLANG names another clang)"
command -v "$("$clang" --print-prog-name=wasm-ld)" >/dev/null || missing "wasm-ld, the linker"

"$clang" --target=wasm32 -O2 -ffreestanding -mbulk-memory -nostdlib -Wall -Wextra \
    -Wl,--no-entry -Wl,-z,stack-size=16384 -Wl,--strip-debug -o mock.wasm mock.c
