#!/usr/bin/env bash
# Sets up for development where that is needed, then runs every check: bash installer/test.sh [arguments of pytest]
# All four run even when one fails, so that one run tells everything. Exit code 0 when all passed, else 1.
set -euo pipefail
# shellcheck source=installer/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

set_up test
cd "$ROOT"

failed=()
check() { # check NAME COMMAND...
    local name=$1 began=$SECONDS
    shift
    echo "--- $name"
    if "$@"; then
        echo "$name: passed in $(duration $((SECONDS - began)))"
    else
        failed+=("$name")
        echo "${RED}$name: failed$PLAIN"
    fi
}

began=$SECONDS
check "ruff check" "$VENV/bin/ruff" check --output-format concise
check "ruff format" "$VENV/bin/ruff" format --check --output-format concise
check "types" "$VENV/bin/basedpyright" --pythonpath "$VENV/bin/python"
check "tests" "$VENV/bin/python" -m pytest "$@"

echo
if ((${#failed[@]})); then
    printf '%sNot passed:%s' "$RED" "$PLAIN"
    printf ' %s;' "${failed[@]}"
    echo " the lines above say why."
    exit 1
fi
echo "${GREEN}All passed$PLAIN in $(duration $((SECONDS - began))): lint, format, types and tests."
