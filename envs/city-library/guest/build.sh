#!/usr/bin/env bash
# Makes mock.wasm out of mock.rs. RUSTC names another compiler.
set -euo pipefail
cd "$(dirname "$0")"
exec ../../../tool-stubs/rust/template/build.sh "$PWD"
