"""What this machine and this installation are: versions, memory, and the doctor's findings."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

VERSION = "0.1.0"

PACKAGES = (
    "numpy",
    "vosk",
    "pocketsphinx",
    "silero-vad",
    "llama-cpp-python",
    "piper-tts",
    "onnxruntime",
    "opencv-python-headless",
    "av",
    "pyvirtualcam",
    "sounddevice",
    "PySide6-Essentials",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at. `text`: what is there, or what is missing; `remedy`: what to do about it."""

    name: str
    state: Literal["ready", "missing", "optional"]
    text: str
    remedy: str = ""


def versions() -> dict[str, str]:
    """Of the program, of Python, of the system and of every package that matters."""
    found = {"understudy": VERSION, "python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def peak_memory() -> int:
    """Bytes this process has held at most so far."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def machine() -> list[Finding]:
    """Processor, memory and graphics card."""
    import psutil

    memory = psutil.virtual_memory()
    size = f"{os.cpu_count()} cores, {memory.total / 2**30:.0f} GiB of memory, {memory.available / 2**30:.0f} free"
    return [Finding("computer", "ready", size), _graphics_card()]


def _graphics_card() -> Finding:
    """What NVIDIA's own tool says; it comes with the driver, so without it no engine could use a card either."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        cards = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return Finding("graphics card", "optional", "No NVIDIA card answers; all engines run on the processor.")
    return Finding("graphics card", "ready", "; ".join(cards.splitlines()))


def split_reason(name: str, why_not: str | None, *, ready: str, optional: bool = False) -> Finding:
    """A finding out of a probe's answer: None is ready, else one sentence and its remedy."""
    if why_not is None:
        return Finding(name, "ready", ready)
    what, _, remedy = why_not.partition(". ")
    return Finding(name, "optional" if optional else "missing", what.rstrip(".") + ".", remedy)


def describe(findings: Sequence[Finding]) -> str:
    """The findings as a person reads them."""
    signs = {"ready": "ready   ", "missing": "MISSING ", "optional": "optional"}
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{signs[finding.state]}  {finding.name.ljust(width)}  {finding.text}")
        if finding.remedy:
            lines.append(f"{' ' * (width + 12)}-> {finding.remedy}")
    return "\n".join(lines)
