"""The virtual camera. Hides how it is found, what its driver leaves unsaid, and what each of its refusals means.

Pictures go out through pyvirtualcam. On Linux that is v4l2loopback: a call application sees the camera only once the
first picture was sent and only while somebody sends, so open it early and close it with the program, not between
utterances. A device that vanishes makes pyvirtualcam write a line to stderr and go on; it is noticed here.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engines.contract import Problem

_LARGEST = 4096

_INSTALL = {
    "linux": (
        "Install it (sudo apt install v4l2loopback-dkms), then run: "
        "sudo modprobe v4l2loopback exclusive_caps=1 card_label=Understudy."
    ),
    "darwin": "Install OBS Studio 30 or newer and start its virtual camera there once.",
    "win32": "Install OBS Studio (obsproject.com), start its virtual camera there once, then restart this program.",
}
_GROUP = "Run: sudo usermod -a -G video $USER, then log out and in again."
_CHOOSE = "Choose another camera in Settings > Output."
_BUSY = "The virtual camera{name} did not open because another program is using it."
_ELSE = "Close that program, or choose another camera in Settings > Output."
_RELOAD = (
    "Run: sudo modprobe -r v4l2loopback && sudo modprobe v4l2loopback exclusive_caps=1 card_label=Understudy. "
    "Version 0.15 of v4l2loopback does not need this."
)

_REFUSALS = (
    ("missing permissions", "You may not use the virtual camera{name}.", _GROUP),
    (
        "is already in use",
        "The virtual camera{name} is already in use by this program.",
        "Stop the other output first.",
    ),
    ("device or resource busy", _BUSY, _ELSE),
    ("could not be started", _BUSY, _ELSE),
    (
        "is not a video output device",
        "The virtual camera{name} did not open because another program is using it.",
        _ELSE,
    ),
    ("does not exist", "There is no virtual camera{name}.", "{install}"),
    ("no v4l2 loopback device", "No virtual camera is installed.", "{install}"),
    ("did you install obs", "No virtual camera is installed.", "{install}"),
    ("no camera registered", "No virtual camera is installed.", "{install}"),
    ("is not a v4l2 device", "{device} is a device, but not a camera.", _CHOOSE),
    ("capabilities of", "{device} is not a camera that this program can feed.", "Choose a v4l2loopback device."),
    ("could not be configured", "The virtual camera{name} does not take pictures of {size}.", "Choose 1280x720."),
)
"""What pyvirtualcam's error texts contain (in small letters), and what that means. The first that fits is taken.

Source: the texts of pyvirtualcam 0.15.0, each provoked with a stand-in device or read in its sources.
"""


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """A virtual camera: the name to open it by, its label in other programs, and what is wrong with it."""

    device: str
    label: str
    trouble: Problem | None = None
    foreign: bool = False
    """True for what is no loopback device: a real camera, a file, nothing at all."""


class VirtualCamera:
    """A camera that other programs can choose; it shows the picture that was sent last.

    One thread at a time may call. When the device vanishes, `problem` is set and the camera does nothing from then on.
    """

    def __init__(self, size: tuple[int, int], fps: int, device: str | None = None) -> None:
        """Open it. size: (width, height) of every picture, fixed while it is open.

        device: a device file or a camera's label; None takes the first that is free. Raises Problem.
        """
        self.size, self.fps = size, fps
        self.problem: Problem | None = None
        if min(size) < 16 or max(size) > _LARGEST:
            # Opening v4l2loopback with more than 8192 was seen not to return.
            raise Problem(f"A camera picture of {size[0]}x{size[1]} is out of range.", "Choose 1280x720.")
        chosen = find_camera(device)
        virtual = _library()
        try:
            self._camera: Any = virtual.Camera(*size, fps, fmt=virtual.PixelFormat.RGB, device=chosen)
        except (RuntimeError, OSError, ValueError) as error:
            raise _explain(str(error), chosen, size) from error
        self.device: str = self._camera.device
        # Windows and macOS name no file; there the camera cannot vanish while OBS is installed.
        self._file = Path(self.device) if os.path.exists(self.device) else None
        self._sent = 0

    def send(self, picture: np.ndarray) -> None:
        """Show a picture. picture: uint8 (height, width, 3), RGB. Raises ValueError for another shape."""
        if self._camera is None or self.problem:
            return
        if self._file and self._sent % self.fps == 0 and not self._file.exists():
            self.problem = Problem(
                f"The virtual camera {self.device} was removed while it was in use.", "Load it again and press Start."
            )
            return
        self._camera.send(np.ascontiguousarray(picture))
        self._sent += 1

    def close(self) -> None:
        """Let go of the camera: other programs see it no more. Calling it twice is harmless."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None


def probe(device: str | None = None) -> str | None:
    """Why there is no virtual camera, with the remedy; None when there is one. Other programs notice nothing."""
    try:
        _library()
        find_camera(device)
    except Problem as problem:
        return str(problem)
    return None


def find_camera(device: str | None = None) -> str | None:
    """The name to open a camera by: a device file or label is looked up, None takes the first without trouble.

    Raises Problem when there is none, or with the trouble of the one that was named. Only on Linux is there anything to
    look up; elsewhere the name is given back and opening decides.
    """
    if sys.platform != "linux":
        return device
    if device is not None and device.startswith("/dev/"):
        cameras = [_examine(device)]
    else:
        cameras = [camera for camera in list_cameras() if device in (None, camera.label)]
    for camera in cameras:
        if camera.trouble is None:
            return camera.device
    if cameras and cameras[0].trouble is not None:
        raise cameras[0].trouble
    if device is not None:
        raise Problem(f"There is no virtual camera with the name {device}.", _CHOOSE)
    raise Problem("No virtual camera is installed.", _install())


def list_cameras() -> list[CameraDevice]:
    """Every v4l2loopback device of this machine, in the order of their numbers; empty on other systems."""
    if sys.platform != "linux":
        return []
    numbers = [int(file.name[5:]) for file in Path("/dev").glob("video*") if file.name[5:].isdigit()]
    examined = [_examine(f"/dev/video{number}") for number in sorted(numbers)]
    return [camera for camera in examined if not camera.foreign]


# --- Video4Linux ------------------------------------------------------------------------------------------------------

_QUERYCAP = 0x80685600
"""VIDIOC_QUERYCAP, and below the layout of its struct v4l2_capability and its flags. Source: linux/videodev2.h."""
_CAPABILITY = "16s32s32sIII12x"
_CAPTURE, _OUTPUT, _HAS_DEVICE_CAPS = 0x1, 0x2, 0x80000000


def _examine(device: str) -> CameraDevice:
    """Ask a device what it is, without taking it."""
    import fcntl

    answer = bytearray(struct.calcsize(_CAPABILITY))
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, _QUERYCAP, answer)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        trouble = Problem(f"There is no virtual camera {device}.", _install())
        return CameraDevice(device, device, trouble, foreign=True)
    except PermissionError:
        # The driver cannot be asked; but a real camera hangs on a bus and a loopback device does not.
        real = os.path.exists(f"/sys/class/video4linux/{Path(device).name}/device/driver")
        return CameraDevice(device, device, Problem(f"You may not use the virtual camera {device}.", _GROUP), real)
    except OSError as error:
        if error.errno == errno.EBUSY:
            return CameraDevice(device, device, Problem(_BUSY.format(name=f" {device}"), _ELSE))
        return CameraDevice(device, device, Problem(f"{device} is not a camera.", _CHOOSE), foreign=True)
    return _judge(device, bytes(answer))


def _judge(device: str, answer: bytes) -> CameraDevice:
    """What a device's own description (struct v4l2_capability) says about it."""
    driver, card, _, _, anything, now = struct.unpack(_CAPABILITY, answer)
    label = card.split(b"\0")[0].decode("utf-8", "replace")
    if driver.split(b"\0")[0] != b"v4l2 loopback":
        real = Problem(f"{label} ({device}) is a real camera, not a virtual one.", _CHOOSE)
        return CameraDevice(device, label, real, foreign=True)
    roles = now if anything & _HAS_DEVICE_CAPS else anything
    if roles & _OUTPUT:
        return CameraDevice(device, label)
    if roles & _CAPTURE:  # with exclusive_caps it shows this face while somebody feeds it
        return CameraDevice(device, label, Problem(_BUSY.format(name=f" {label} ({device})"), _ELSE))
    spent = f"The virtual camera {label} ({device}) must be reloaded: its driver lets it be used only once."
    return CameraDevice(device, label, Problem(spent, _RELOAD))


# --- refusals ---------------------------------------------------------------------------------------------------------


def _library() -> Any:
    try:
        import pyvirtualcam
    except ImportError as error:
        raise Problem(
            "The virtual camera needs the package pyvirtualcam, which is not installed.",
            "Run the installer again, or: pip install pyvirtualcam.",
        ) from error
    return pyvirtualcam


def _install() -> str:
    return _INSTALL.get(sys.platform, _INSTALL["linux"])


def _explain(text: str, device: str | None, size: tuple[int, int]) -> Problem:
    """The sentence and the remedy for an error text of pyvirtualcam."""
    small = text.lower()
    words = {
        "device": device or "The device",
        "name": f" {device}" if device else "",
        "size": f"{size[0]}x{size[1]}",
        "install": _install(),
    }
    for sign, what, remedy in _REFUSALS:
        if sign in small:
            return Problem(what.format(**words), remedy.format(**words))
    # pyvirtualcam puts the name of its backend in front of each line.
    reason = (text.splitlines() or [""])[0].split("backend:")[-1].strip(" .") or "no reason given"
    return Problem(f"The virtual camera{words['name']} did not open ({reason}).", _CHOOSE)
