#!/usr/bin/env bash
# Makes mock.wasm out of mock.c. CLANG names another clang.
set -euo pipefail
cd "$(dirname "$0")"
exec ../../../tool-stubs/c/template/build.sh "$PWD"
