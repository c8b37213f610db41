"""The dependency rule: which room of the house may import what, read from the sources themselves.

Hides how an import is found (anywhere in a file, in functions too, relative ones and importlib's as well) and states
the rules as plain tables. `docs/architecture.md` has the same rules in words.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("main.py", "app", "engines")

VOCABULARY = ("engines.contract", "engines.sound")
"""What every room may say."""

SMALL = ("engines.contract", "app.config", "app.personas", "app.models", "app.diagnostics")
"""The rooms without machinery, which know each other and the contract's Problem."""

OURS: dict[str, tuple[str, ...]] = {
    "engines/contract.py": (),
    "engines/sound.py": ("engines.contract",),
    "engines/catalog.py": ("engines",),
    "engines/host.py": ("engines",),
    "engines": VOCABULARY,
    "app/config.py": SMALL,
    "app/personas.py": SMALL,
    "app/models.py": SMALL,
    "app/live": (*VOCABULARY, "app.live", "app.config"),
    "app/devices": (*VOCABULARY, "app.devices", "app.live.playout", "app.live.clock"),
    "app/ui": (*SMALL, "app.ui", "app.live.pipeline", "engines.catalog"),
}
"""Room -> what it may import of ours; the longest matching room counts. A room that is not named here joins the others
together (main.py, the commands) and may import all of ours. An engine's own folder is added below."""

CLOSED: dict[str, tuple[str, ...]] = {
    "engines/contract.py": ("numpy",),
    "engines/sound.py": ("numpy", "soxr"),
    "app/live": ("numpy",),
}
"""Room -> the only libraries it may import besides the standard one."""

HOMES: dict[str, tuple[str, ...]] = {
    "PySide6": ("app/ui",),
    "sounddevice": ("app/devices",),
    "pyvirtualcam": ("app/devices",),
    "av": ("app/devices",),
    "vosk": ("engines/recognizers",),
    "pocketsphinx": ("engines/recognizers",),
    "llama_cpp": ("engines/language",),
    "piper": ("engines/voices",),
    "onnxruntime": ("engines/portrait", "engines/recognizers", "engines/voices"),
    "cv2": ("engines/portrait", "app/ui"),
    "torch": ("engines/portrait",),
}
"""Library -> the rooms that may import it."""

ONE_WRAPPER = {*HOMES} - {"PySide6", "av", "cv2"}
"""Libraries that one module of a room wraps: nothing else in that room imports them."""


def imports(source: str, path: PurePosixPath) -> Iterator[str]:
    """Every name that the file imports, dotted and absolute, as far down as the statement says."""
    package = list(path.parts[:-1])
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(name := node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called in {"__import__", "import_module", "importlib.import_module"} and isinstance(name.value, str):
                yield name.value


def within(name: str, roots: Iterable[str], separator: str = ".") -> bool:
    """Whether a dotted name (or a path, with "/") is one of the roots or lies below one."""
    return any(name == root or name.startswith(root + separator) for root in roots)


def room_of(path: PurePosixPath, table: Iterable[str]) -> str | None:
    """The most exact entry of a table that the file belongs to."""
    return max((room for room in table if within(str(path), [room], "/")), key=len, default=None)


def offences(source: str, path: PurePosixPath) -> list[str]:
    """What one file imports against the rules, each as a sentence."""
    found = []
    room, closed = room_of(path, OURS), room_of(path, CLOSED)
    for name in sorted(set(imports(source, path))):
        library = name.split(".")[0]
        if library in {"app", "engines", "main", "tests"}:
            own = [".".join(path.parts[:2])] if len(path.parts) > 2 and path.parts[0] == "engines" else []
            if library == "tests" or (room and not within(name, [*OURS[room], *own])):
                found.append(f"{path} imports {name}, which {room or 'the product'} must not know")
        elif closed and library not in (*CLOSED[closed], *sys.stdlib_module_names):
            found.append(f"{path} imports {name}, but {closed} gets by with {', '.join(CLOSED[closed])}")
        elif not within(str(path), HOMES.get(library, ROOMS), "/"):
            found.append(f"{path} imports {library}, which belongs in {' or '.join(HOMES[library])}")
    return found


def wrappers(sources: Mapping[PurePosixPath, str]) -> dict[tuple[str, str], list[str]]:
    """(library, room) -> the files there that import it, for the libraries that one module should wrap."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, source in sorted(sources.items()):
        for library in ONE_WRAPPER & roots(source, path):
            found.setdefault((library, str(path.parent)), []).append(str(path))
    return found


def roots(source: str, path: PurePosixPath) -> set[str]:
    return {name.split(".")[0] for name in imports(source, path)}


def product() -> dict[PurePosixPath, str]:
    """Every source file of the product, by its path from the root."""
    files = [
        file for room in ROOMS for file in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    ]
    return {
        PurePosixPath(file.relative_to(ROOT).as_posix()): file.read_text("utf-8") for file in files if file.exists()
    }


# --- the product keeps the rules --------------------------------------------------------------------------------------


def test_every_room_imports_only_what_it_may():
    assert [offence for path, source in product().items() for offence in offences(source, path)] == []


def test_a_heavy_library_has_one_module_that_wraps_it():
    assert [files for files in wrappers(product()).values() if len(files) > 1] == []


def test_the_live_path_starts_without_any_heavy_library():
    modules = [".".join(path.with_suffix("").parts) for path in product() if within(str(path), ["app/live"], "/")]
    code = "import json, sys; [__import__(module) for module in sys.argv[1:]]; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code, *modules], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted({name.split(".")[0] for name in json.loads(done.stdout)} & HOMES.keys()) == []


# --- the checker sees what it should ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "source", "blamed"),
    [
        ("engines/voices/piper.py", "import app.config", "app.config"),
        ("engines/voices/piper.py", "def late():\n    from app import config", "app.config"),
        ("engines/voices/piper.py", "from engines.recognizers import vosk", "engines.recognizers.vosk"),
        ("engines/voices/piper.py", "from ..language import llama", "engines.language.llama"),
        ("engines/voices/piper.py", "import importlib\nimportlib.import_module('app.live')", "app.live"),
        ("engines/voices/piper.py", "from engines import catalog", "engines.catalog"),
        ("engines/voices/piper.py", "class Voice:\n    def __init__(self):\n        import PySide6", "PySide6"),
        ("engines/voices/piper.py", "import vosk", "vosk"),
        ("engines/contract.py", "import soxr", "soxr"),
        ("engines/contract.py", "from engines.sound import SampleQueue", "engines.sound"),
        ("app/live/stages.py", "import sounddevice", "sounddevice"),
        ("app/live/stages.py", "import psutil", "psutil"),
        ("app/live/stages.py", "from engines.catalog import build", "engines.catalog"),
        ("app/live/stages.py", "from app.devices.camera import Camera", "app.devices.camera"),
        ("app/devices/camera.py", "from engines.portrait.builtin import Builtin", "engines.portrait"),
        ("app/devices/camera.py", "from PySide6.QtCore import QObject", "PySide6"),
        ("app/ui/window.py", "from app.devices.camera import Camera", "app.devices.camera"),
        ("app/ui/window.py", "from engines.portrait.face import find", "engines.portrait"),
        ("app/config.py", "from app.live.pipeline import Pipeline", "app.live.pipeline"),
        ("app/cli.py", "import PySide6.QtWidgets", "PySide6"),
        ("app/cli.py", "import av", "av"),
        ("main.py", "from tests.makers import voice", "tests.makers"),
    ],
)
def test_a_planted_violation_is_named(path: str, source: str, blamed: str):
    found = offences(source, PurePosixPath(path))
    assert len(found) == 1
    assert path in found[0]
    assert blamed in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("engines/voices/piper.py", "import numpy as np\nfrom engines.contract import Problem\nimport piper"),
        ("engines/portrait/builtin.py", "from engines.portrait.face import find\nfrom . import warp\nimport cv2"),
        ("engines/catalog.py", "def build():\n    from engines.voices.piper import PiperVoice"),
        ("app/live/stages.py", "import threading\nimport numpy\nfrom app.live.channel import Channel"),
        ("app/devices/camera.py", "import pyvirtualcam\nfrom app.live.clock import AudioClock"),
        ("app/ui/window.py", "from PySide6.QtWidgets import QWidget\nfrom app.live.pipeline import Pipeline"),
        ("app/cli.py", "from engines import catalog\nfrom app.devices import recorder"),
        ("main.py", "from app.ui.window import show\nfrom app.cli import run"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str):
    assert offences(source, PurePosixPath(path)) == []


def test_a_second_wrapper_is_noticed():
    one, two = PurePosixPath("engines/voices/other.py"), PurePosixPath("engines/voices/piper.py")
    found = wrappers({one: "def late():\n    from piper import PiperVoice", two: "import piper\nimport json"})
    assert found == {("piper", "engines/voices"): [str(one), str(two)]}


# --- the repository itself --------------------------------------------------------------------------------------------

LARGEST = 12_000_000
"""Bytes. What is larger than this is downloaded or made, never committed."""

SOMEBODYS_FOLDER = re.compile(rb"(?<![\w.$/}-])(?:/(?:home|Users|root|work)/|[A-Za-z]:\\Users\\)[A-Za-z0-9_.-]+")


def tracked() -> list[Path]:
    """The files that git keeps; skips the test where there is no git or no checkout, such as in an unpacked archive."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"git cannot list the files of this folder: {error}")
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def test_no_file_is_larger_than_a_repository_should_carry():
    assert [str(file) for file in tracked() if file.stat().st_size > LARGEST] == []


def test_no_file_names_a_folder_of_somebodys_machine():
    found = {str(file): match[0] for file in tracked() if (match := SOMEBODYS_FOLDER.search(file.read_bytes()))}
    assert found == {}


@pytest.mark.parametrize("folder", ["home", "Users", "root", "work"])
def test_a_planted_folder_is_noticed(folder: str):
    assert SOMEBODYS_FOLDER.search(f'model = "/{folder}/somebody/model.gguf"'.encode())
    assert not SOMEBODYS_FOLDER.search(f"see docs/{folder}/somebody, or ${{HOME:-/{folder}}}/.cache".encode())
