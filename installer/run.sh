#!/usr/bin/env bash
# Sets Understudy up where that is needed, then runs it: bash installer/run.sh [arguments of main.py]
set -euo pipefail
# shellcheck source=installer/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

set_up run
exec "$VENV/bin/python" "$ROOT/main.py" "$@"
