#!/usr/bin/env bash
# Makes mock.wasm out of mock.py: here, or in the folder that is given. COMPONENTIZE_PY names another componentize-py.
set -euo pipefail
cd "${1:-$(dirname "$0")}"

componentize="${COMPONENTIZE_PY:-componentize-py}"
if ! command -v "$componentize" >/dev/null; then
    componentize=venv/bin/componentize-py
fi
if ! command -v "$componentize" >/dev/null; then
    echo "build.sh: componentize-py is missing. With Python 3.10 or later (on Debian: apt-get install python3-venv): python3 -m venv venv && venv/bin/pip install componentize-py" >&2
    exit 3
fi

"$componentize" --wit-path wit --world mock componentize --stub-wasi --output mock.wasm mock
