#!/usr/bin/env bash
# Makes mock.wasm out of mock.js: here, or in the folder that is given. COMPONENTIZE_QJS names another componentize-qjs.
set -euo pipefail
cd "${1:-$(dirname "$0")}"

componentize="${COMPONENTIZE_QJS:-componentize-qjs}"
if ! command -v "$componentize" >/dev/null; then
    componentize=node_modules/.bin/componentize-qjs
fi
if ! command -v "$componentize" >/dev/null; then
    echo "build.sh: componentize-qjs is missing. With Node 20 or later (on Debian: apt-get install nodejs npm): npm install componentize-qjs" >&2
    exit 3
fi

"$componentize" --wit wit --world mock --js mock.js --stub-wasi --sync --opt-size --output mock.wasm
