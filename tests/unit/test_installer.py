"""The two commands keep their promises: once is enough, half is healed, and what is missing is said.

Each test sets up a small checkout of its own in a temporary folder. Its Python is a shell script that writes down what
it was asked to do; everything else is the real installer/setup.sh.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLER = Path(__file__).resolve().parent.parent.parent / "installer"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="installer/setup.sh is for Linux")

FAKE_PYTHON = """#!/bin/sh
echo "$@" >>"$ASKED"
case "$*" in
*sys.executable*) echo "$0" ;;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
*"pip install"*--requirement*)
    sleep "${SLOW:-0}"
    if [ -e "$BROKEN" ]; then echo "no such host"; exit 1; fi ;;
esac
"""


class Checkout:
    """A checkout with nothing but its set-up, and a machine where every system package is there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.venv = self.root / ".venv"
        self.tools = folder / "tools"
        self.asked = folder / "asked"
        self.broken = folder / "broken"
        self.lock = self.root / "installer" / "lock.txt"
        shutil.copytree(INSTALLER, self.root / "installer")
        self.lock.write_text("llama-cpp-python==0.0.1\nnumpy==1.0\n")
        self.tools.mkdir()
        self.tool("python3.13", FAKE_PYTHON)
        self.environment = {
            **os.environ,
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(folder / "cache"),
            "ASKED": str(self.asked),
            "BROKEN": str(self.broken),
        }

    def tool(self, name: str, script: str) -> None:
        (self.tools / name).write_text(script)
        (self.tools / name).chmod(0o755)

    def start(self, script: str) -> subprocess.Popen[str]:
        """Run a few lines of bash that know setup.sh; errors come with the rest of the output."""
        lines = ["set -euo pipefail", 'source "$1/installer/setup.sh"', script]
        command = ["bash", "-c", "\n".join(lines), "bash", str(self.root)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def bash(self, script: str) -> tuple[int, str]:
        """Its exit code and its output."""
        process = self.start(script)
        output, _ = process.communicate()
        return process.returncode, output

    SET_UP = """
        missing_packages() { :; }
        mkdir -p "$CACHE/llama-$LLAMA_VERSION-$(engine_key)"
        touch "$CACHE/llama-$LLAMA_VERSION-$(engine_key)/engine.whl"
        set_up run
    """

    def set_up(self) -> tuple[int, str]:
        return self.bash(self.SET_UP)

    def installs(self) -> int:
        """How often the Python packages were installed."""
        return self.asked.read_text().count("--requirement") if self.asked.exists() else 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


# --- setting up -------------------------------------------------------------------------------------------------------


def test_every_step_is_one_numbered_line(checkout: Checkout):
    code, output = checkout.set_up()
    assert code == 0
    assert re.findall(r"^\[(\d)/5\] .* done in \d+ s$", output, re.MULTILINE) == ["1", "2", "3", "4", "5"]


def test_the_second_time_installs_nothing_and_says_nothing(checkout: Checkout):
    checkout.set_up()
    assert checkout.set_up() == (0, "")
    assert checkout.installs() == 1


def test_a_new_lock_sets_up_again_in_the_same_environment(checkout: Checkout):
    checkout.set_up()
    (checkout.venv / "kept").touch()
    checkout.lock.write_text("llama-cpp-python==0.0.1\nnumpy==2.0\n")
    code, _ = checkout.set_up()
    assert (code, checkout.installs()) == (0, 2)
    assert (checkout.venv / "kept").exists()


def test_a_checkout_that_was_moved_is_set_up_again(checkout: Checkout):
    checkout.set_up()
    checkout.root = checkout.root.rename(checkout.root.with_name("moved"))
    code, output = checkout.set_up()
    assert code == 0
    assert "Setting Understudy up" in output


def test_a_failed_step_shows_the_end_of_the_log_and_a_remedy(checkout: Checkout):
    checkout.broken.touch()
    code, output = checkout.set_up()
    assert code == 1
    assert "no such host" in output
    assert "Check the internet connection" in output
    assert str(checkout.root / ".build" / "setup.log") in output


def test_a_half_made_environment_is_made_anew(checkout: Checkout):
    checkout.broken.touch()
    checkout.set_up()
    (checkout.venv / "half a package").touch()
    checkout.broken.unlink()
    code, _ = checkout.set_up()
    assert code == 0
    assert not (checkout.venv / "half a package").exists()
    assert checkout.set_up() == (0, "")


def test_two_set_ups_at_once_install_once(checkout: Checkout):
    checkout.environment["SLOW"] = "1"
    and_let_go = '\nflock -w 5 "$BUILD/lock" true'
    both = [checkout.start(checkout.SET_UP + and_let_go) for _ in range(2)]
    outputs = sorted((process.communicate()[0] for process in both), key=len)
    assert [process.returncode for process in both] == [0, 0]
    assert checkout.installs() == 1
    assert "waiting" in outputs[0]


def test_an_engine_for_another_processor_is_not_used(checkout: Checkout, tmp_path: Path):
    (tmp_path / "older").write_text("flags : sse4_2 avx\n")
    (tmp_path / "newer").write_text("flags : sse4_2 avx avx2 fma\n")
    (tmp_path / "newer kernel").write_text("flags : avx2 fma some_mitigation sse4_2 avx\n")
    keys = [
        checkout.bash(f'PROCESSOR="{tmp_path / name}"; engine_key')[1] for name in ("older", "newer", "newer kernel")
    ]
    assert keys[0] != keys[1]
    assert keys[1] == keys[2]


# --- what the machine lacks -------------------------------------------------------------------------------------------


def test_without_rights_it_names_the_command_and_stops(checkout: Checkout):
    code, output = checkout.bash(
        "missing_packages() { echo cmake; echo libgomp1; }; may_install() { false; }; set_up run"
    )
    assert code == 2
    assert "sudo apt-get install -y --no-install-recommends cmake libgomp1" in output
    assert not checkout.venv.exists()


def test_with_rights_it_installs_what_is_missing_and_nothing_else(checkout: Checkout):
    checkout.tool("apt-get", '#!/bin/sh\necho "apt-get $*" >>"$ASKED"\n')
    script = """
        missing_packages() { echo cmake; }
        may_install() { true; }
        if ((EUID)); then sudo() { shift; "$@"; }; fi
        mkdir -p "$BUILD"
        provide_packages
    """
    assert checkout.bash(script)[0] == 0
    asked = checkout.asked.read_text().splitlines()
    assert len(asked) == 1
    assert asked[0].startswith("apt-get -y")
    assert asked[0].endswith("install --no-install-recommends cmake")


def test_stale_package_lists_are_refreshed_once(checkout: Checkout):
    checkout.tool(
        "apt-get",
        '#!/bin/sh\necho "$*" >>"$ASKED"\ncase "$*" in *update) touch "$ASKED.new";; esac\n[ -e "$ASKED.new" ]\n',
    )
    script = 'sudo() { shift; "$@"; }; install_packages cmake'
    assert checkout.bash(script)[0] == 0
    assert [line.split()[3] for line in checkout.asked.read_text().splitlines()] == ["install", "update", "install"]


def test_another_distribution_without_a_compiler_is_told_what_to_install(checkout: Checkout):
    script = """
        missing_packages() { echo g++; }
        command() { [[ $2 != apt-get ]] && builtin command "$@"; }
        set_up run
    """
    code, output = checkout.bash(script)
    assert code == 2
    assert "dnf install" in output


LIBRARIES = 'ldconfig() { echo "libgomp.so.1 libportaudio.so.2"; }; find() { echo DejaVuSans.ttf; }\n'


def test_build_tools_are_asked_for_only_when_the_engine_must_be_built(checkout: Checkout):
    none = 'command() { case $2 in cc | c++ | cmake | ninja | pulseaudio) return 1 ;; esac; builtin command "$@"; }\n'
    assert checkout.bash(LIBRARIES + none + "missing_packages")[1].split() == ["g++", "cmake", "ninja-build"]
    assert checkout.bash(LIBRARIES + none + "engine_wheel() { echo engine.whl; }; missing_packages")[1] == ""


def test_missing_libraries_are_named_as_debian_names_them(checkout: Checkout):
    script = (
        "ldconfig() { :; }; find() { :; }; engine_wheel() { echo engine.whl; }; command() { false; }; missing_packages"
    )
    assert checkout.bash(script)[1].split() == ["libgomp1", "libportaudio2", "fonts-dejavu-core"]


def test_a_python_that_can_make_environments_comes_before_a_newer_one(checkout: Checkout):
    checkout.tool("python3.13", FAKE_PYTHON.replace("case", '[ "$2" != "import ensurepip, venv" ] || exit 1\ncase', 1))
    checkout.tool("python3.12", FAKE_PYTHON)
    assert checkout.bash("find_python")[1].strip() == str(checkout.tools / "python3.12")


def test_without_any_python_apt_brings_one(checkout: Checkout):
    script = (
        LIBRARIES + "find_python() { :; }; engine_wheel() { echo engine.whl; }; command() { false; }; missing_packages"
    )
    assert checkout.bash(script)[1].split() == ["python3", "python3-venv"]


# --- progress ---------------------------------------------------------------------------------------------------------


def test_a_long_build_shows_how_far_it_is(checkout: Checkout):
    ninja = "printf '[%d/8] Building\\n' 1 2 3 4 5 6 7 8"
    code, output = checkout.bash(f'mkdir -p "$BUILD"; {ninja} | watch "[4/5] Building" 0')
    assert (code, output.split()) == (0, ["2/8", "4/8", "6/8", "8/8"])
    assert (checkout.root / ".build" / "setup.log").read_text().count("Building") == 8


# --- the lists --------------------------------------------------------------------------------------------------------


def pins(*files: Path) -> dict[str, str]:
    """Package (and for which Python) -> version; every line that is no comment must pin one exactly."""
    found = {}
    for line in "\n".join(file.read_text("utf-8") for file in files).splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)(; python_version ..? \"3.1\d\")?", line)
            assert match, f"not a plain name==version: {line}"
            found[match[1] + (match[3] or "")] = match[2]
    return found


def test_the_lock_holds_every_requirement_at_its_version():
    run, dev = pins(INSTALLER / "lock.txt"), pins(INSTALLER / "lock-dev.txt")
    asked = pins(INSTALLER.parent / "requirements.txt", INSTALLER / "requirements-alone.txt")
    assert asked.items() <= run.items()
    assert pins(INSTALLER / "requirements-dev.txt").items() <= dev.items()
    assert run.keys().isdisjoint(dev)


def test_no_torch_is_needed_to_run():
    assert pins(INSTALLER / "lock.txt", INSTALLER / "lock-dev.txt").keys().isdisjoint({"torch", "transformers"})
    assert "torch" in pins(INSTALLER / "requirements-rtx.txt")


def test_windows_and_linux_check_the_same_packages():
    linux = re.search(r"for name in \(\n(.*?)\n\)", (INSTALLER / "setup.sh").read_text("utf-8"), re.DOTALL)
    windows = re.search(r"\$names = (.*?)\n    Invoke", (INSTALLER / "run.ps1").read_text("utf-8"), re.DOTALL)
    assert linux
    assert windows
    assert re.findall(r"[\w.]+", linux[1]) == re.findall(r"[\w.]+", windows[1])


@pytest.mark.parametrize("script", sorted(path.name for path in INSTALLER.glob("*.sh")))
def test_bash_can_read(script: str):
    assert subprocess.run(["bash", "-n", INSTALLER / script], check=False).returncode == 0
