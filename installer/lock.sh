#!/usr/bin/env bash
# Writes installer/lock.txt and installer/lock-dev.txt anew: every package that requirements.txt and
# installer/requirements-dev.txt need, directly or not, at one exact version. Run it after changing either file.
#
# It only asks pip what it would install; nothing is installed but pip's own environment, in a temporary folder. Set-up
# installs the result with --no-deps, so what is not written here is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${PYTHON:-python3} -m venv "$work/venv"

# resolve OUT REQUIREMENTS...: the sorted answer, as name==version lines. srt is the only other package without a wheel.
resolve() {
    local out=$1
    shift
    "$work/venv/bin/python" -m pip install --quiet --dry-run --ignore-installed --report "$work/report.json" \
        --only-binary :all: --no-binary llama-cpp-python,srt "${@/#/--requirement=}"
    "$work/venv/bin/python" - "$work/report.json" >"$out" <<'PYTHON'
import json
import re
import sys

# Both are wanted by Vosk's subtitle and server tools alone, which we never call, and srt exists as source only.
UNUSED = {"srt", "websockets"}

with open(sys.argv[1], encoding="utf-8") as file:
    found = [package["metadata"] for package in json.load(file)["install"]]
pins = {re.sub(r"[-_.]+", "-", package["name"]).lower(): package["version"] for package in found}
print("\n".join(sorted(f"{name}=={version}" for name, version in pins.items() if name not in UNUSED)))
PYTHON
}

resolve "$work/run" requirements.txt
resolve "$work/all" requirements.txt installer/requirements-dev.txt

{
    echo "# Written by installer/lock.sh from requirements.txt; change that, not this."
    cat "$work/run"
} >installer/lock.txt
{
    echo "# Written by installer/lock.sh: what installer/requirements-dev.txt adds to installer/lock.txt."
    LC_ALL=C comm -13 "$work/run" "$work/all"
} >installer/lock-dev.txt

echo "Written: installer/lock.txt and installer/lock-dev.txt. Look at the difference, run the tests, commit both."
