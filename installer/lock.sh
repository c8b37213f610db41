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
# A package whose version depends on the Python keeps its lines as they are written.
resolve() {
    local out=$1
    shift
    "$work/venv/bin/python" -m pip install --quiet --dry-run --ignore-installed --report "$work/report.json" \
        --only-binary :all: --no-binary llama-cpp-python,srt "${@/#/--requirement=}"
    "$work/venv/bin/python" - "$work/report.json" "$@" >"$out" <<'PYTHON'
import json
import re
import sys
from pathlib import Path


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


# Wanted by Vosk's server alone, which we never start.
UNUSED = {"websockets"}

found = [package["metadata"] for package in json.loads(Path(sys.argv[1]).read_text())["install"]]
lines = {plain(package["name"]): [f"{plain(package['name'])}=={package['version']}"] for package in found}
written = [line for file in sys.argv[2:] for line in Path(file).read_text().splitlines() if ";" in line]
for name in {plain(line.split("==")[0]) for line in written if not line.startswith("#")}:
    lines[name] = [line for line in written if plain(line.split("==")[0]) == name]
print("\n".join(sorted(line for name in lines.keys() - UNUSED for line in lines[name])))
PYTHON
}

resolve "$work/run" requirements.txt
grep -v '^#' installer/requirements-alone.txt | LC_ALL=C sort -o "$work/run" - "$work/run"
resolve "$work/all" requirements.txt installer/requirements-dev.txt
grep -v '^#' installer/requirements-alone.txt | LC_ALL=C sort -o "$work/all" - "$work/all"

{
    echo "# Written by installer/lock.sh from requirements.txt; change that, not this."
    cat "$work/run"
} >installer/lock.txt
{
    echo "# Written by installer/lock.sh: what installer/requirements-dev.txt adds to installer/lock.txt."
    LC_ALL=C comm -13 "$work/run" "$work/all"
} >installer/lock-dev.txt

echo "Written: installer/lock.txt and installer/lock-dev.txt. Look at the difference, run the tests, commit both."
