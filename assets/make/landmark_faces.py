"""Draws endless grey faces whose twenty anchor points are known exactly, for training the landmark networks.

Hides what a training face is made of. Authoring only; the product never runs it. The heads are bent, lit and dressed
copies of a free parametric head (ICT-FaceKit light, USC ICT, MIT licence), read from a file that is not part of this
project and is named on the command line. Nothing of it is stored here but the numbers of the vertices that lie on eye
corners, lips, brows and jaw.

    python -m venv .build/landmarks
    .build/landmarks/bin/pip install torch==2.13.0 numpy==2.4.6 numba==0.68.1 opencv-python-headless==5.0.0.93
    .build/landmarks/bin/python assets/make/landmark_faces.py HEAD.npz OUT.npz COUNT SEED [SHEET.png]

HEAD.npz holds `vertices` (26719, 3) in centimetres, `triangles` (n, 3), `names` (57) and `shapes` (57, 26719, 3) of the
expressions, and `identity` (30, 26719, 3).
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import cv2
import numba
import numpy as np

SIZE = 256
"""Side of every picture in pixels."""
EYES = 39.0
"""Usual distance between the middles of the eyes, in pixels."""
NAMES = (
    "left_eye_outer left_eye_top left_eye_inner left_eye_bottom right_eye_inner right_eye_top right_eye_outer "
    "right_eye_bottom left_brow right_brow nose_tip mouth_left mouth_right lip_top lip_seam lip_bottom chin jaw_left "
    "jaw_right crown"
).split()

# Vertices of the reference head, from left to right in the picture.
_JAW = np.array([1225, 1888, 1052, 367, 1719, 1722, 2199, 1447, 966, 3661, 4390, 3927, 3924, 2608, 3272, 4088, 3443])
_BROWS = (np.array([268, 493, 1914, 2044, 1401]), np.array([3615, 4240, 4114, 2734, 2509]))
_NOSE = 4857
_UPPER_LIDS = (np.array([1507, 1542, 1537, 1528]), np.array([3742, 3751, 3756, 3721]))
_LOWER_LIDS = (np.array([1507, 1511, 1518, 1528]), np.array([3742, 3732, 3725, 3721]))
_LIPS = np.array([5708, 5695, 2081, 0, 4275, 6200, 6213, 6346, 6461, 5518, 5957, 5841])
_SEAM = np.array([5702, 5711, 5533, 6216, 6207]), np.array([5702, 5966, 5517, 6470, 6207])
_SKIN, _CAVITY, _SOCKET, _GUM, _TEETH, _EYE = 11248, 13295, 14062, 17039, 21451, 24591


@numba.njit(cache=True, fastmath=True)
def _normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    out = np.zeros_like(points)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            out[k, 0] += x
            out[k, 1] += y
            out[k, 2] += z
    for k in range(out.shape[0]):
        length = math.sqrt(out[k, 0] ** 2 + out[k, 1] ** 2 + out[k, 2] ** 2) + 1e-9
        out[k] /= length
    return out


@numba.njit(cache=True, fastmath=True)
def _paint(
    spots: np.ndarray, depth: np.ndarray, shade: np.ndarray, triangles: np.ndarray, part: int,
    picture: np.ndarray, parts: np.ndarray, far: np.ndarray, both: bool,
) -> None:  # fmt: skip
    """Fill triangles into `picture` with smooth shade where they are nearer than `far`; mark them in `parts`."""
    height, width = picture.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t]
        ax, ay, bx, by, cx, cy = spots[a, 0], spots[a, 1], spots[b, 0], spots[b, 1], spots[c, 0], spots[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0 or (area > 0 and not both):  # the picture's y runs down, so a front has a negative area
            continue
        left, right = math.ceil(min(ax, bx, cx)), math.floor(max(ax, bx, cx))
        top, bottom = math.ceil(min(ay, by, cy)), math.floor(max(ay, by, cy))
        for y in range(max(top, 0), min(bottom, height - 1) + 1):
            for x in range(max(left, 0), min(right, width - 1) + 1):
                u = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                v = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                w = 1 - u - v
                if u < -1e-4 or v < -1e-4 or w < -1e-4:
                    continue
                z = u * depth[a] + v * depth[b] + w * depth[c]
                if z > far[y, x]:
                    far[y, x] = z
                    picture[y, x] = u * shade[a] + v * shade[b] + w * shade[c]
                    parts[y, x] = part


class Head:
    """The reference head, and masks on its neutral surface that say where lips, sockets or a beard would be."""

    def __init__(self, file: Path) -> None:
        data = np.load(file)
        self.vertices = data["vertices"][:_EYE].astype(np.float32)  # without lashes and tears, which are drawn
        self.names = [str(name) for name in data["names"]]
        self.shapes = data["shapes"][:, :_EYE].astype(np.float32)
        self.identity = data["identity"][:, :_EYE].astype(np.float32)
        triangles = data["triangles"]
        highest = triangles.max(axis=1)
        borders = (_SKIN, _CAVITY, _SOCKET, _GUM, _TEETH, _EYE)
        self.pieces = []
        for first, end in zip((0, *borders[:-1]), borders, strict=True):
            self.pieces.append(triangles[(highest < end) & (triangles.min(axis=1) >= first)].copy())
        x, y, z = self.vertices.T
        skin = np.arange(len(x)) < _SKIN
        self.front = skin & (z > 3)
        contour = self.vertices[_LIPS, :2].astype(np.float32)
        self.lips = np.zeros(len(x), np.float32)
        for k in np.flatnonzero(skin & (z > 8.5) & (y < -2) & (y > -5.2)):
            inside = cv2.pointPolygonTest(contour, (float(x[k]), float(y[k])), True)
            self.lips[k] = np.clip(inside / 0.12 + 0.8, 0, 1)
        self.left_socket, self.right_socket = (_blob(self.vertices, s * 3.15, 3.6, 1.9, 1.1) for s in (-1, 1))
        self.sockets = (self.left_socket + self.right_socket) * self.front
        self.nostrils = sum(_blob(self.vertices, s * 0.75, -0.85, 0.42, 0.26) for s in (-1, 1)) * self.front
        self.nose_sides = sum(_blob(self.vertices, s * 1.75, 0.2, 0.5, 1.2) for s in (-1, 1)) * self.front
        self.under_lip = _blob(self.vertices, 0, -5.0, 1.5, 0.4) * self.front
        self.cheeks = sum(_blob(self.vertices, s * 4.3, -0.3, 1.4, 1.2) for s in (-1, 1)) * self.front
        self.folds = sum(_blob(self.vertices, s * 2.9, -1.9, 0.35, 1.2) for s in (-1, 1)) * self.front
        self.neck = np.clip((-7.0 - y) / 2, 0, 1) * np.clip((9.5 - z) / 2, 0, 1) * skin
        edge = np.interp(np.abs(x), [0, 2.5, 3.6, 5.4, 7], [-5.3, -4.9, -2.6, -2.0, 1.5])
        self.beard = (
            np.clip((edge - y) / 0.8, 0, 1) * np.clip((y + 10.5) / 1.5, 0, 1) * (z > 0.5) * skin * (1 - self.lips)
        )
        self.moustache = _blob(self.vertices, 0, -1.95, 2.1, 0.5) * self.front * (1 - self.lips) * 1.4
        self.ears = skin & (np.abs(x) > 7.3) & (z > -2.6) & (z < 3.6) & (y > -3.2) & (y < 5.5)


def _blob(vertices: np.ndarray, x: float, y: float, wide: float, high: float) -> np.ndarray:
    return np.exp(-0.5 * (((vertices[:, 0] - x) / wide) ** 2 + ((vertices[:, 1] - y) / high) ** 2))


# --- the shape of a head ----------------------------------------------------------------------------------------------


def _expression(head: Head, rng: np.random.Generator) -> np.ndarray:
    weights = np.zeros(len(head.names), np.float32)
    usable = [k for k, name in enumerate(head.names) if not name.startswith(("Pupil", "eyeLook"))]
    kind = rng.random()
    if kind > 0.3:
        for k in rng.choice(usable, rng.integers(2, 7), replace=False):
            weights[k] = rng.uniform(0, 0.7)
    at = {name: k for k, name in enumerate(head.names)}
    if rng.random() < 0.3:
        weights[at["jawOpen"]] = rng.uniform(0.05, 0.7)
    if rng.random() < 0.35:
        weights[at["mouthSmile_L"]] = weights[at["mouthSmile_R"]] = rng.uniform(0.2, 1)
        if rng.random() < 0.4:  # a smile that shows teeth
            for name in ("mouthUpperUp_L", "mouthUpperUp_R", "mouthLowerDown_L", "mouthLowerDown_R"):
                weights[at[name]] = rng.uniform(0.1, 0.6)
    blink = rng.uniform(0.3, 1) if rng.random() < 0.1 else rng.uniform(-0.05, 0.25)
    weights[at["eyeBlink_L"]] = weights[at["eyeBlink_R"]] = blink
    return weights


def _bent(head: Head, rng: np.random.Generator, drawn: bool) -> np.ndarray:
    """Vertices of somebody else with some expression; a drawn head has the proportions of a cartoon."""
    person = rng.normal(0, rng.uniform(0.5, 1.2), len(head.identity)).astype(np.float32)
    points = head.vertices + np.dot(person, head.identity.reshape(len(person), -1)).reshape(-1, 3)
    for k, weight in enumerate(_expression(head, rng)):
        if weight:
            points += weight * head.shapes[k]
    x, y, z = head.vertices.T
    much = 1.0 if drawn else 0.3
    front = np.clip(z / 4, 0, 1)

    def swell(cx: float, cy: float, wide: float, high: float, sx: float, sy: float, sz: float) -> None:
        weight = np.exp(-0.5 * (((x - cx) / wide) ** 2 + ((y - cy) / high) ** 2)) * front
        points[:, 0] += weight * sx * (x - cx)
        points[:, 1] += weight * sy * (y - cy)
        points[:, 2] += weight * sz * np.minimum(z - 9, 3)

    grown = rng.normal(0.28 if drawn else 0.02, 0.22 * much) if drawn else rng.normal(0, 0.05)
    grown = float(np.clip(grown, -0.25, 0.8))
    taller = float(rng.normal(0, 0.18 * much))
    for side in (-1, 1):
        swell(side * 3.15, 3.5, 1.9, 1.5, grown, np.clip(grown + taller, -0.3, 1.1), 0)
    apart = rng.normal(0, 0.05 * much + 0.02)
    points[:, 0] += apart * x * np.exp(-0.5 * ((y - 3.5) / 1.8) ** 2) * front
    mouth = float(np.clip(rng.normal(-0.1 * drawn, 0.18 * much), -0.45, 0.4))
    swell(0, -3.5, 2.6, 1.5, mouth, np.clip(mouth + rng.normal(0, 0.2 * much), -0.5, 0.6), 0)
    swell(0, 0.2, 1.7, 1.6, rng.normal(-0.1 * drawn, 0.2 * much), rng.normal(0, 0.12 * much), 0)
    if drawn:
        points[:, 2] -= np.exp(-0.5 * ((x / 1.6) ** 2 + ((y - 0.6) / 1.9) ** 2)) * front * rng.uniform(-0.3, 1.6)
    # long or short, broad or pointed
    low = np.clip((3 - y) / 11, 0, 1.2)
    points[:, 0] *= 1 + low * rng.normal(0, 0.10 * much + 0.02) + rng.normal(0, 0.03 + 0.03 * much)
    points[:, 1] += -low * rng.normal(0, 0.6 * much + 0.2) * (y > -10) - (y <= -10) * 0
    points[:, 1] += np.exp(-0.5 * ((y - 6.2) / 1.1) ** 2) * front * rng.normal(0.1 * much, 0.28)  # brows up or down
    nose = rng.normal(0, 0.3 * much + 0.1)
    points[:, 1] += np.exp(-0.5 * (((y + 0.2) / 1.4) ** 2 + (x / 1.6) ** 2)) * front * nose
    lips = rng.normal(0, 0.3 * much + 0.1)
    points[:, 1] += np.exp(-0.5 * (((y + 3.5) / 1.2) ** 2 + (x / 3.5) ** 2)) * front * lips
    if rng.random() < 0.3 * much:  # a crooked face
        points[:, 1] += rng.normal(0, 0.05) * x * front
    points[:, 1] += np.clip(y - 7, 0, 9) * rng.normal(0, 0.10 * much + 0.04)  # forehead
    return points.astype(np.float32)


def _turn(rng: np.random.Generator, upright: bool) -> np.ndarray:
    yaw = float(np.clip(rng.normal(0, 6 if upright else 15), -40, 40))
    pitch = float(np.clip(rng.normal(0, 4 if upright else 9), -24, 24))
    roll = float(rng.normal(0, 2 if upright else 5))
    a, b, c = np.radians([yaw, pitch, roll])
    ry = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    rx = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (rz @ rx @ ry).astype(np.float32)


class Camera:
    """Turns centimetres of the head into pixels."""

    def __init__(self, points: np.ndarray, rng: np.random.Generator, upright: bool) -> None:
        self.turn = _turn(rng, upright)
        self.away = float(rng.choice([45.0, 70.0, 120.0, 300.0]))
        self.scale = 1.0
        self.shift = np.zeros(2, np.float32)
        lids = [self.flat(points[_UPPER_LIDS[k]]).mean(axis=0) for k in (0, 1)]
        self.scale = EYES * float(rng.uniform(0.9, 1.12)) / max(float(np.linalg.norm(lids[1] - lids[0])), 3.2)
        middle = self.flat(np.array([[0, 3.0, 9.0]], np.float32))[0]
        self.shift = np.array([SIZE / 2, SIZE * 0.475]) - middle + rng.normal(0, 5, 2)

    def seen(self, points: np.ndarray) -> np.ndarray:
        return points @ self.turn.T

    def flat(self, points: np.ndarray) -> np.ndarray:
        """float32 (n, 2), in pixels."""
        p = self.seen(np.atleast_2d(points).astype(np.float32))
        near = self.scale * self.away / (self.away - p[:, 2:3])
        return (p[:, :2] * np.array([1, -1], np.float32) * near + self.shift).astype(np.float32)


# --- surfaces ---------------------------------------------------------------------------------------------------------


def _noise(rng: np.random.Generator, cells: int, size: int = SIZE) -> np.ndarray:
    small = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    return cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)


def _strands(rng: np.random.Generator) -> np.ndarray:
    """Noise drawn out along one direction, as hair, cloth and brush strokes are; about 0 in the mean, 1 in spread."""
    noise = cv2.resize(rng.normal(0, 1, (12, 110)).astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    bow = np.linspace(-1, 1, SIZE, dtype=np.float32)
    x = (
        np.arange(SIZE, dtype=np.float32)[None]
        + (bow[:, None] ** 2) * rng.normal(0, 60)
        + bow[:, None] * rng.normal(0, 50)
    )
    x = x + 8 * _noise(rng, 4)
    y = np.broadcast_to(np.arange(SIZE, dtype=np.float32)[:, None], (SIZE, SIZE))
    return cv2.remap(noise, x.astype(np.float32), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def clutter(rng: np.random.Generator, size: int = SIZE) -> np.ndarray:
    """A picture without a face, float32 (size, size) in [0, 1]: gradients, clouds, shapes, stripes, letters."""
    base = rng.uniform(0, 1)
    picture = np.full((size, size), base, np.float32)
    kind = rng.random()
    if kind < 0.75:
        picture += rng.uniform(0.03, 0.35) * _noise(rng, int(rng.integers(2, 5)), size)
    if kind > 0.4:
        for cells in (8, 16, 32, 64, 128):
            if rng.random() < 0.6:
                picture += rng.uniform(0.02, 0.22) * (8 / cells) ** rng.uniform(0, 1) * _noise(rng, cells, size)
    for _ in range(int(rng.choice([0, 0, 2, 5, 12, 30]))):
        tone, x, y = float(rng.uniform(0, 1)), int(rng.integers(0, size)), int(rng.integers(0, size))
        w, h = (int(v) for v in rng.integers(3, size // 3, 2))
        thick = -1 if rng.random() < 0.6 else int(rng.integers(1, 5))
        which = rng.random()
        if which < 0.3:
            cv2.rectangle(picture, (x, y), (x + w, y + h), tone, thick)
        elif which < 0.6:
            cv2.ellipse(picture, (x, y), (w // 2 + 1, h // 2 + 1), float(rng.uniform(0, 180)), 0, 360, tone, thick)
        elif which < 0.75:
            cv2.line(
                picture, (x, y), (int(rng.integers(0, size)), int(rng.integers(0, size))), tone, int(rng.integers(1, 9))
            )
        elif which < 0.85:
            letters = "".join(chr(c) for c in rng.integers(48, 122, 5))
            mask = np.zeros(picture.shape, np.uint8)
            cv2.putText(mask, letters, (x, y), int(rng.integers(0, 8)), float(rng.uniform(0.4, 2)), 255, 2)
            picture[mask > 0] = tone
        else:
            corners = rng.integers(-w, w + 1, (int(rng.integers(3, 8)), 2)) + (x, y)
            cv2.fillPoly(picture, [corners.astype(np.int32)], tone)
    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 6))
    return np.clip(picture, 0, 1)


def _shades(
    head: Head, points: np.ndarray, normals: np.ndarray, seen: np.ndarray, rng: np.random.Generator, look: dict
) -> np.ndarray:
    """One grey value for every vertex: float32 (n,)."""
    skin = look["skin"]
    tone = np.full(len(points), skin, np.float32)
    wave = 2 * np.pi * head.vertices / np.array([6, 7, 8])
    for k in (1.0, 2.3):
        tone *= 1 + look["blotch"] * np.sin(k * wave @ rng.normal(0, 1, 3) + rng.uniform(0, 6))
    tone *= 1 - head.sockets * rng.uniform(-0.1, 0.45) * look["relief"]
    tone *= 1 - head.nostrils * rng.uniform(0.1, 0.8)
    tone *= 1 - head.nose_sides * rng.uniform(-0.05, 0.25) * look["relief"]
    tone *= 1 - head.under_lip * rng.uniform(-0.05, 0.25) * look["relief"]
    tone *= 1 - head.folds * rng.uniform(-0.02, 0.18) * look["relief"]
    tone *= 1 - head.cheeks * rng.uniform(-0.12, 0.22)
    tone *= 1 - head.neck * rng.uniform(0.0, 0.5)
    lips = np.clip(skin * rng.uniform(0.35, 1.08), 0, 1)
    strength = head.lips * (rng.uniform(0.3, 1) if rng.random() < 0.85 else 0.0)
    tone += strength * (lips - tone)
    hairy = look["hair"] * rng.uniform(0.6, 1.1)
    grain = 1 + 0.25 * rng.normal(0, 1, len(points))
    if look["beard"] > 0:
        mask = head.beard * look["beard"]
        tone += mask * (hairy * grain - tone)
    if look["moustache"] > 0:
        mask = np.clip(head.moustache * look["moustache"], 0, 1)
        tone += mask * (hairy * grain - tone)
    light = rng.normal(0, 1, 3) * (1.0, 0.8, 0.5) + (0, 0.35, 0.9)
    light /= np.linalg.norm(light)
    facing = normals @ light.astype(np.float32)
    ambient = rng.uniform(0.35, 0.85)
    lit = ambient + (1 - ambient) * np.clip(facing, 0, 1) * rng.uniform(0.8, 1.5)
    if rng.random() < 0.5:
        lit += 0.15 * np.clip(normals[:, 1], -1, 1)
    if rng.random() < 0.3:  # a shadow, or a second lamp, from one side
        lit *= np.clip(1 + seen[:, 0] * rng.normal(0, 0.05) + seen[:, 1] * rng.normal(0, 0.03), 0.35, 1.6)
    shine = 0.0
    if rng.random() < 0.5:
        half = light + (0, 0, 1)
        half /= np.linalg.norm(half)
        shine = rng.uniform(0, 0.5) * np.clip(normals @ half.astype(np.float32), 0, 1) ** rng.choice([8, 20, 40])
    if look["metal"]:
        bands = normals @ rng.normal(0, 3, 3).astype(np.float32)
        tone = tone * 0.5 + 0.3 + 0.25 * np.sin(bands * rng.uniform(0.8, 2))
    if look["flat"]:
        steps = int(rng.integers(1, 4))
        lit = ambient + (1 - ambient) * np.round(np.clip(facing, 0, 1) * steps) / steps
        lit = lit * rng.uniform(0.9, 1.1)
        shine = 0.0
    value = tone * lit + shine
    value[_SKIN:_CAVITY] = rng.uniform(0.02, 0.25)
    value[_CAVITY:_SOCKET] = skin * rng.uniform(0.2, 0.7)
    value[_SOCKET:_GUM] = rng.uniform(0.1, 0.4)
    value[_GUM:_TEETH] = rng.uniform(0.5, 0.98) * np.clip(lit[_GUM:_TEETH], 0.5, 1.1)
    eyes = slice(_TEETH, _EYE)
    white = rng.uniform(0.55, 1.0)
    value[eyes] = white * np.clip(0.5 + 0.5 * lit[eyes], 0, 1.15)
    gaze = np.array([rng.normal(0, 0.25), rng.normal(0, 0.12), 1.0])
    gaze /= np.linalg.norm(gaze)
    ring, pupil = rng.uniform(0.40, 0.68 if look["drawn"] else 0.52), rng.uniform(0.13, 0.3)
    brown = rng.uniform(0.03, 0.6)
    for first, end in ((_TEETH, (_TEETH + _EYE) // 2), ((_TEETH + _EYE) // 2, _EYE)):
        base = head.vertices[first:end]
        away = base - (base.min(axis=0) + base.max(axis=0)) / 2
        angle = np.arccos(np.clip(away @ gaze / (np.linalg.norm(away, axis=1) + 1e-6), -1, 1))
        colour = value[first:end]
        colour[angle < ring] = brown
        colour[angle < pupil] = 0.02
    return np.clip(value, 0, 1.25).astype(np.float32)


def _hair(head: Head, rng: np.random.Generator, look: dict) -> tuple[np.ndarray, np.ndarray]:
    """How thick the hair is above every vertex, in cm, and which triangles of the skin carry it."""
    x, y, z = head.vertices.T
    line = rng.uniform(8.0, 12.2) + 0.5 * np.sin(x * rng.uniform(0.2, 0.9) + rng.uniform(0, 6)) * rng.uniform(0, 1.5)
    line = line - rng.uniform(0, 0.12) * np.clip(np.abs(x) - 4, 0, 9) ** 2 * (z < 7) + rng.normal(0, 0.1, len(x))
    side = rng.uniform(-0.5, 3.5)
    low = rng.uniform(-6, 4)
    above = np.minimum(y - line, 4)
    behind = np.minimum(side - z, y - low)
    score = np.where(head.ears, -1, np.maximum(above, behind))
    bald = rng.random() < 0.06
    score = np.where(np.arange(len(x)) < _SKIN, score, -1) - (50 if bald else 0)
    thick = rng.uniform(0.1, 2.6) if rng.random() < 0.8 else rng.uniform(2, 5)
    wave = np.sin(x * rng.normal(0, 0.5) + y * rng.normal(0, 0.5) + z * rng.normal(0, 0.4) + rng.uniform(0, 6))
    height = np.clip(score / 1.5, 0, 1) * thick * (1 + 0.4 * wave * rng.uniform(0, 1))
    height *= 1 + rng.uniform(-0.4, 0.5) * np.clip(y - 8, 0, 6) / 6
    look["bald"] = bald
    return np.maximum(height, 0).astype(np.float32), (score > 0)


# --- one picture ------------------------------------------------------------------------------------------------------


def _curve(points: np.ndarray, count: int = 13) -> np.ndarray:
    """A smooth line through the points (n, 2): a polynomial of degree n - 1 along its numbering, n at most 5."""
    t = np.linspace(0, 1, len(points))
    return np.stack(
        [np.polyval(np.polyfit(t, points[:, k], len(points) - 1), np.linspace(0, 1, count)) for k in (0, 1)], 1
    )


def _halfway(points: np.ndarray) -> np.ndarray:
    """The point of a smooth line that is as far along as the middle between its ends."""
    line = _curve(points, 41)
    along = (line - line[0]) @ (line[-1] - line[0])
    return line[np.argmin(np.abs(along - along[-1] / 2))]


def _fill(picture: np.ndarray, corners: np.ndarray, tone: float | np.ndarray, alpha: float = 1.0) -> None:
    mask = np.zeros(picture.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
    cover = mask.astype(np.float32) * (alpha / 255)
    picture += cover * (tone - picture)


def _stroke(picture: np.ndarray, line: np.ndarray, tone: float, thick: float, alpha: float) -> None:
    mask = np.zeros(picture.shape, np.uint8)
    cv2.polylines(mask, [np.round(line * 8).astype(np.int32)], False, 255, max(1, round(thick)), cv2.LINE_AA, 3)
    if thick < 1:
        alpha *= thick
    cover = mask.astype(np.float32) * (alpha / 255)
    picture += cover * (tone - picture)


def _ribbon(line: np.ndarray, width: np.ndarray) -> np.ndarray:
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-6)
    return np.concatenate([line + across * width[:, None] / 2, (line - across * width[:, None] / 2)[::-1]])


def _behind(picture: np.ndarray, camera: Camera, rng: np.random.Generator, look: dict) -> None:
    """Long hair behind the head."""
    if rng.random() < 0.5 and not look["bald"]:
        wide, down = rng.uniform(8.5, 14), rng.uniform(-24, -4)
        right = [
            (0, 15),
            (wide * 0.7, 13.5),
            (wide, 6),
            (wide * rng.uniform(0.8, 1.3), -3),
            (wide * rng.uniform(0.7, 1.5), down),
        ]
        outline = [(x, y, -2) for x, y in right] + [(-x * rng.uniform(0.9, 1.1), y, -2) for x, y in right[::-1]]
        _fill(picture, camera.flat(np.array(outline)), np.clip(look["hair"] * (0.8 + 0.25 * look["strands"]), 0, 1))


def _dressed(picture: np.ndarray, camera: Camera, rng: np.random.Generator, look: dict) -> None:
    """Shoulders and a collar. They hide where the neck of the reference head is cut off."""
    top, wide, dip = rng.uniform(-14, -10.5), rng.uniform(15, 28), rng.uniform(0.5, 5)
    tone = rng.uniform(0, 1)
    turned, camera.turn = camera.turn, np.eye(3, dtype=np.float32)
    neck = rng.uniform(5.6, 8)
    half = [(0, top - dip, 4), (neck * 0.6, top - dip * 0.6, 3), (neck, top, 0), (wide * 0.7, top - 3.5, 0)]
    half += [(wide, top - 9, 0), (wide * 1.05, -70, 0)]
    outline = half + [(-x, y, z) for x, y, z in half[::-1]]
    collar = camera.flat(np.array([(-x, y, z) for x, y, z in half[2:0:-1]] + half[:3]))
    spots = camera.flat(np.array(outline))
    camera.turn = turned
    _fill(picture, spots, np.clip(tone * (1 + 0.2 * rng.random() * look["strands"]), 0, 1))
    if rng.random() < 0.6:
        _stroke(picture, collar, rng.uniform(0, 1), rng.uniform(1, 7), 1)


def _features(
    picture: np.ndarray, flat: np.ndarray, brows: list[np.ndarray], rng: np.random.Generator, look: dict
) -> None:
    """Lids, brows, the seam of the lips: what a surface without paint lacks."""
    scale = EYES / 39
    dark = rng.uniform(0, 0.5) * min(look["skin"], 0.8)
    for side in (0, 1):
        upper, lower = _curve(flat[_UPPER_LIDS[side]]), _curve(flat[_LOWER_LIDS[side]])
        if look["drawn"] and look["own_eyes"]:
            ring = np.concatenate([upper, lower[::-1]])
            mask = np.zeros(picture.shape, np.uint8)
            cv2.fillPoly(mask, [np.round(ring * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
            eye = np.full_like(picture, look["eye_white"])
            middle = ring.mean(axis=0) + look["gaze"]
            tall = float(np.ptp(ring[:, 1]))
            radius = max(tall * look["iris"], 1.5)
            cv2.circle(
                eye,
                tuple(np.round(middle * 8).astype(int).tolist()),
                round(radius * 8),
                look["iris_tone"],
                -1,
                cv2.LINE_AA,
                3,
            )
            cv2.circle(
                eye, tuple(np.round(middle * 8).astype(int).tolist()), round(radius * 4.4), 0.02, -1, cv2.LINE_AA, 3
            )
            if look["glint"]:
                spot = middle + np.array([-0.3, -0.35]) * radius
                cv2.circle(
                    eye, tuple(np.round(spot * 8).astype(int).tolist()), round(radius * 2.4), 1.0, -1, cv2.LINE_AA, 3
                )
            cover = mask.astype(np.float32) / 255
            picture += cover * (eye - picture)
        if look["lid"] > 0:
            _stroke(picture, upper, dark, look["lid"] * scale, look["lid_alpha"])
            if look["wing"] > 0:
                outer = upper[0] if side == 0 else upper[-1]
                out = outer + np.array([-1 if side == 0 else 1, rng.uniform(-0.8, 0.2)]) * look["wing"] * scale
                _stroke(picture, np.stack([outer, out]), dark, look["lid"] * 0.8, look["lid_alpha"])
        if look["crease"] > 0:
            _stroke(picture, upper + (0, -look["crease"]), look["skin"] * 0.6, 1, 0.4)
        if look["lower_lid"] > 0:
            _stroke(picture, lower, dark, look["lower_lid"] * scale, 0.6 * look["lid_alpha"])
        if look["brow"] > 0:
            line = _curve(brows[side])
            taper = np.interp(np.linspace(0, 1, len(line)), [0, 0.35, 1], [0.25, 1, 0.85])
            taper = taper if side == 0 else taper[::-1]
            grain = 1 + 0.3 * look["strands"] if look["hairy_brow"] else 1.0
            _fill(
                picture,
                _ribbon(line, taper * look["brow"] * scale),
                np.clip(look["brow_tone"] * grain, 0, 1),
                look["brow_alpha"],
            )
    upper, lower = _curve(flat[_SEAM[0]]), _curve(flat[_SEAM[1]])
    if look["seam"] > 0:
        gap = float(np.abs(upper[6, 1] - lower[6, 1]))
        tone = look["skin"] * look["seam_tone"]
        if gap > 2.5 and look["flat"]:
            _fill(picture, np.concatenate([upper, lower[::-1]]), tone)
        if gap < 2.5 or look["flat"]:
            _stroke(
                picture, (upper + lower) / 2 if gap < 2.5 else upper, tone, look["seam"] * scale, look["seam_alpha"]
            )
    if look["nose_line"]:
        tip = flat[_NOSE]
        bend = np.array([[-0.14, 0.10], [0, 0.16], [0.14, 0.10]]) * EYES * rng.uniform(0.6, 1.3)
        _stroke(picture, _curve(tip + bend), look["skin"] * 0.5, rng.uniform(0.7, 2.2), rng.uniform(0.4, 1))


def _in_front(picture: np.ndarray, points: np.ndarray, camera: Camera, rng: np.random.Generator, look: dict) -> None:
    """Fringe, falling hair, glasses, hats, headphones, a strand across the face."""
    strands = np.clip(look["hair"] * (0.9 + 0.3 * look["strands"]), 0, 1)
    flat = camera.flat(points)
    brows = np.concatenate([points[_BROWS[0]], points[_BROWS[1]]])
    level = float(brows[:, 1].mean())
    hairy = not look["bald"]
    if hairy and rng.random() < 0.35:  # fringe
        width = rng.uniform(5.5, 7.8)
        xs = np.linspace(-width, width, int(rng.integers(5, 24)))
        part = rng.uniform(-7, 7)
        sweep = rng.uniform(0, 0.9)
        low = level + rng.uniform(-0.9, 3.2) + sweep * 0.5 * np.abs(xs - part) * rng.choice([-1, 1]) * 0.6
        low = np.maximum(low + rng.normal(0, rng.uniform(0, 0.8), len(xs)), level - 1.2)
        depth = 10.5 - 0.10 * xs**2
        bottom = np.stack([xs, low, depth], 1)
        top = np.array([[width, 12, 3], [width * 0.5, 14.6, 2], [-width * 0.5, 14.6, 2], [-width, 12, 3]])
        _fill(picture, camera.flat(np.concatenate([bottom, top])), strands)
    if hairy and rng.random() < 0.3:  # hair falling before the ears
        for side in (-1, 1):
            if rng.random() < 0.85:
                inner, end = rng.uniform(5.4, 7.6), rng.uniform(-22, -1)
                line = [(rng.uniform(0, 3), 13.5, 5), (inner, 9, 6.5), (inner + rng.normal(0.3, 0.4), 2, 5.5)]
                line += [(inner + rng.normal(0, 0.8), -4, 4), (inner + rng.normal(0.5, 1.5), end, 3)]
                line += [(11, end, 0), (rng.uniform(9, 11.5), -2, 0), (9.5, 8, 0), (4, 14.6, 2)]
                _fill(picture, camera.flat(np.array(line) * (side, 1, 1)), strands)
    if rng.random() < 0.22:  # glasses
        tone, thick, round_ = rng.uniform(0, 0.9), rng.uniform(1, 5.5), rng.uniform(2, 6)
        wide, high = rng.uniform(2.0, 2.9), rng.uniform(1.2, 2.4)
        angle = np.linspace(0, 2 * np.pi, 40)
        shade = rng.uniform(0, 0.9) if rng.random() < 0.25 else None
        height = float(points[_UPPER_LIDS[0]][:, 1].mean()) - rng.uniform(-0.2, 0.7)
        for side in (-1, 1):
            middle = abs(float(points[_UPPER_LIDS[0]][:, 0].mean()))
            x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / round_) * wide + side * middle
            y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / round_) * high + height
            ring = camera.flat(np.stack([x, y, 11.2 - 0.08 * x**2], 1))
            if shade is not None:
                _fill(picture, ring, shade, rng.uniform(0.1, 0.45))
            elif rng.random() < 0.2:
                _fill(picture, ring[5:22], 1.0, 0.3)
            _stroke(picture, ring, tone, thick, 1)
            outer = camera.flat(np.array([[side * (middle + wide), height + 0.4, 9.5], [side * 8.4, height, 1]]))
            _stroke(picture, outer, tone, thick * 0.8, 1)
        bridge = camera.flat(
            np.array([[-middle + wide, height + 0.3, 11], [0, height + 0.6, 11.8], [middle - wide, height + 0.3, 11]])
        )
        _stroke(picture, _curve(bridge), tone, thick, 1)
    if rng.random() < 0.12:  # hat, cap, band
        tone = np.clip(rng.uniform(0, 1) * (1 + 0.15 * look["strands"]), 0, 1)
        edge, tall, wide = rng.uniform(8.5, 12), rng.uniform(14.5, 19), rng.uniform(7.5, 9.5)
        band = rng.random() < 0.4
        arch = np.linspace(0, np.pi, 17)
        outer = np.stack([-wide * np.cos(arch), edge + (tall - edge) * np.sin(arch), np.full(17, 2.0)], 1)
        inner = np.stack([wide * 0.95 * np.cos(arch), edge + 1.2 * np.sin(arch), np.full(17, 7.0)], 1)
        if band:
            inner[:, 1] = edge + (tall - edge - rng.uniform(1, 2.5)) * np.sin(arch)
        _fill(picture, camera.flat(np.concatenate([outer, inner])), tone)
        look["top"] = np.array([0, tall, 2.0]) if not band or tall > look["top"][1] else look["top"]
    if rng.random() < 0.06:  # headphones
        tone, arch = rng.uniform(0, 1), np.linspace(0, np.pi, 25)
        tall = float(look["top"][1]) + rng.uniform(0.1, 0.8)
        bow = np.stack([-9.6 * np.cos(arch), 2 + (tall - 2) * np.sin(arch), np.full(25, 1.0)], 1)
        _stroke(picture, camera.flat(bow), tone, rng.uniform(3, 9), 1)
        for side in (-1, 1):
            pad = np.stack([side * 9.4 + 1.3 * np.cos(2 * arch), 1.5 + 3 * np.sin(2 * arch), np.full(25, 1.5)], 1)
            _fill(picture, camera.flat(pad), rng.uniform(0, 1))
    if hairy and rng.random() < 0.08:  # a loose strand
        path = np.array(
            [[rng.uniform(-6, 6), 13, 9], [rng.uniform(-6, 6), 6, 11], [rng.uniform(-7, 7), rng.uniform(-6, 3), 11]]
        )
        _stroke(picture, _curve(camera.flat(path)), look["hair"], rng.uniform(1, 5), rng.uniform(0.5, 1))
    if rng.random() < 0.04:  # something in the way: a hand, a microphone, a leaf
        spot = flat[rng.choice(_JAW)] + rng.normal(0, 25, 2)
        angle = np.linspace(0, 6.28, 20)
        blob = spot + np.stack([np.cos(angle), np.sin(angle)], 1) * rng.uniform(6, 26, (1, 2))
        _fill(picture, blob, rng.uniform(0, 1))


def _worn(picture: np.ndarray, rng: np.random.Generator, look: dict) -> np.ndarray:
    """Paint, lens, film and file: uint8 (SIZE, SIZE)."""
    if look["flat"] and rng.random() < 0.7:
        pass
    elif rng.random() < 0.18:  # brush strokes
        picture = picture + rng.uniform(0.02, 0.07) * _strands(rng)
        picture = cv2.medianBlur(
            (np.clip(picture, 0, 1) * 255).astype(np.uint8), int(rng.choice([3, 5, 7]))
        ) / np.float32(255)
    if rng.random() < 0.15:
        levels = rng.integers(4, 12)
        picture = np.round(picture * levels) / levels
    if rng.random() < 0.35:
        picture = picture * (1 + 0.18 * rng.random() * _noise(rng, 3))
    picture = cv2.GaussianBlur(
        picture.astype(np.float32), (0, 0), rng.uniform(0.45, 1.1) if rng.random() < 0.8 else rng.uniform(1, 2.6)
    )
    if rng.random() < 0.25:
        picture = picture + rng.uniform(0.3, 1.2) * (picture - cv2.GaussianBlur(picture, (0, 0), 2))
    middle = float(picture.mean())
    picture = np.clip((picture - middle) * rng.uniform(0.6, 1.35) + middle + rng.normal(0, 0.05), 0, 1) ** rng.uniform(
        0.7, 1.4
    )
    if rng.random() < 0.6:
        grain = rng.normal(0, rng.uniform(0, 0.05), picture.shape).astype(np.float32)
        picture = picture + (cv2.GaussianBlur(grain, (0, 0), 0.8) * 2 if rng.random() < 0.4 else grain)
    if rng.random() < 0.06:
        picture = 0.5 + (picture - 0.5) * rng.uniform(0.3, 0.6)
    result = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.35:
        good, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 80))])
        result = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE) if good else result
    return result


def _style(rng: np.random.Generator) -> dict:
    drawn = rng.random() < 0.45
    flat = drawn and rng.random() < 0.55
    return {
        "drawn": drawn,
        "flat": flat,
        "metal": rng.random() < 0.04,
        "skin": rng.uniform(0.12, 0.5) if rng.random() < 0.25 else rng.uniform(0.45, 1.0),
        "hair": rng.uniform(0.01, 0.35) if rng.random() < 0.7 else rng.uniform(0.2, 0.95),
        "blotch": 0.0 if flat else rng.uniform(0, 0.06),
        "relief": rng.uniform(0, 0.4) if flat else rng.uniform(0.3, 1.3),
        "beard": rng.uniform(0.15, 1) if rng.random() < 0.2 else 0.0,
        "moustache": rng.uniform(0.3, 1) if rng.random() < 0.22 else 0.0,
        "own_eyes": rng.random() < 0.55,
        "eye_white": rng.uniform(0.7, 1.0),
        "gaze": rng.normal(0, 1.2, 2),
        "iris": rng.uniform(0.28, 0.55),
        "iris_tone": float(rng.uniform(0.05, 0.6)),
        "glint": rng.random() < 0.7,
        "lid": rng.uniform(0.4, 3.5 if drawn else 2.2) if rng.random() < 0.85 else 0.0,
        "lid_alpha": rng.uniform(0.35, 1.0),
        "wing": rng.uniform(1, 5) if rng.random() < 0.15 else 0.0,
        "crease": rng.uniform(1.5, 5) if rng.random() < 0.4 else 0.0,
        "lower_lid": rng.uniform(0.3, 1.2) if rng.random() < 0.4 else 0.0,
        "brow": rng.uniform(1.5, 6.5) if rng.random() < 0.95 else 0.0,
        "brow_tone": rng.uniform(0, 0.4) if rng.random() < 0.85 else rng.uniform(0.3, 0.9),
        "brow_alpha": rng.uniform(0.25, 1.0),
        "hairy_brow": rng.random() < 0.6,
        "seam": rng.uniform(0.5, 2.5) if rng.random() < 0.9 else 0.0,
        "seam_tone": rng.uniform(0.05, 0.6),
        "seam_alpha": rng.uniform(0.3, 1.0),
        "nose_line": drawn and rng.random() < 0.5,
        "strands": np.zeros((SIZE, SIZE), np.float32) if flat and rng.random() < 0.6 else _strands(rng),
        "bald": False,
    }


def _jaw_points(flat: np.ndarray, depth: np.ndarray, covered: np.ndarray, mouth: np.ndarray, roll: np.ndarray) -> list:
    """The outline of the face at the height of the mouth, left and right.

    `covered`: where the head was drawn, without hair; `roll`: unit vector along the eyes. The jaw of the reference head
    says where its outline is; seen from the front the drawn edge is exact, and on the side that is turned away the
    cheek hides the jaw. On the near side the drawn edge is that of the neck, which nobody would call the face.
    """
    down = np.array([-roll[1], roll[0]])
    jaw = flat[_JAW]
    across, height = (jaw - mouth) @ roll, (jaw - mouth) @ down
    farther = depth[_JAW[3]] < depth[_JAW[13]]  # the left side is turned away
    found = []
    for side, part in ((-1, slice(0, 9)), (1, slice(8, 17))):
        order = np.argsort(height[part])
        reach = side * float(np.interp(0, height[part][order], across[part][order]))
        edge = 0.0
        while edge < SIZE:
            x, y = np.round(mouth + side * (edge + 1) * roll).astype(int)
            if not (0 <= x < SIZE and 0 <= y < SIZE and covered[y, x]):
                break
            edge += 1
        if edge and (edge < reach + 0.12 * EYES or (side < 0) == farther):
            reach = edge
        found.append(mouth + side * roll * reach)
    return found


def face(head: Head, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One picture and its anchor points. Returns uint8 (SIZE, SIZE) and float32 (20, 2) in pixels, order of NAMES."""
    look = _style(rng)
    points = _bent(head, rng, look["drawn"])
    camera = Camera(points, rng, upright=rng.random() < 0.4)
    seen = camera.seen(points)
    flat = camera.flat(points)
    skin = head.pieces[0]
    normals = _normals(seen, np.concatenate(head.pieces))
    shades = _shades(head, points, normals, seen, rng, look)
    picture = clutter(rng) if rng.random() < 0.75 else np.full((SIZE, SIZE), rng.uniform(0, 1), np.float32)
    thick, carries = _hair(head, rng, look)
    _behind(picture, camera, rng, look)
    parts = np.zeros((SIZE, SIZE), np.uint8)
    far = np.full((SIZE, SIZE), -1e9, np.float32)
    for part, piece in enumerate(head.pieces):
        _paint(flat, seen[:, 2].copy(), shades, piece, part + 1, picture, parts, far, part in (1, 2, 3, 4))
    middle = np.array([0, 3, 0], np.float32)
    out = points - middle
    out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-6
    shell = points + out * thick[:, None]
    bare = parts > 0
    # the reference head has its brows high on the bone; people's are lower, and drawn ones are anywhere
    lower = np.array([0, rng.uniform(-0.2, 1.5), 0], np.float32)
    brows = [camera.flat(points[line] - lower) for line in _BROWS]
    _features(picture, flat, brows, rng, look)
    if rng.random() < 0.93:
        _dressed(picture, camera, rng, look)
    top = shell[:_SKIN][np.argmax(shell[:_SKIN, 1])]
    look["top"] = np.array([0, top[1], top[2]])
    if not look["bald"]:
        hair = skin[carries[skin].sum(axis=1) >= 2]
        locks = look["hair"] * np.clip(0.8 + 0.4 * normals[:, 1] + 0.2 * normals[:, 2], 0.3, 1.5)
        locks = np.clip(locks if not look["flat"] else np.full_like(locks, look["hair"]), 0, 1).astype(np.float32)
        _paint(camera.flat(shell), camera.seen(shell)[:, 2].copy() + 0.05, locks, hair, 9, picture, parts, far, True)
        grown = parts == 9
        picture[grown] = np.clip(picture[grown] * (1 + 0.35 * look["strands"][grown]), 0, 1)
    if look["flat"] and rng.random() < 0.75:  # outlines
        edges = cv2.morphologyEx(parts, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        edges &= (parts == 1) | (parts == 9) | (parts == 0)
        lines = cv2.GaussianBlur(edges.astype(np.float32), (0, 0), rng.uniform(0.5, 1.2))
        picture *= 1 - np.clip(lines * rng.uniform(0.8, 2), 0, 1)
    _in_front(picture, points, camera, rng, look)
    anchors = np.zeros((len(NAMES), 2), np.float32)

    def put(name: str, spot: np.ndarray) -> None:
        anchors[NAMES.index(name)] = spot

    for side, name in ((0, "left"), (1, "right")):
        upper, lower = flat[_UPPER_LIDS[side]], flat[_LOWER_LIDS[side]]
        first, last = ("outer", "inner") if side == 0 else ("inner", "outer")
        put(f"{name}_eye_{first}", upper[0])
        put(f"{name}_eye_{last}", upper[3])
        put(f"{name}_eye_top", _halfway(upper))
        put(f"{name}_eye_bottom", _halfway(lower))
        put(f"{name}_brow", _halfway(brows[side]))
    put("nose_tip", flat[_NOSE])
    put("mouth_left", flat[_LIPS[0]])
    put("mouth_right", flat[_LIPS[6]])
    put("lip_top", flat[_LIPS[3]])
    put("lip_bottom", flat[_LIPS[9]])
    put("lip_seam", (flat[_SEAM[0][2]] + flat[_SEAM[1][2]]) / 2)
    put("chin", flat[_JAW[8]])
    put("crown", camera.flat(look["top"])[0])
    roll = anchors[4:8].mean(axis=0) - anchors[0:4].mean(axis=0)
    roll /= np.linalg.norm(roll)
    left, right = _jaw_points(flat, seen[:, 2], bare, (flat[_LIPS[0]] + flat[_LIPS[6]]) / 2, roll)
    put("jaw_left", left)
    put("jaw_right", right)
    if rng.random() < 0.94:  # whoever took the picture saw to it that the face can be seen
        seen_part = picture[parts == 1]
        if len(seen_part):
            picture = picture * rng.uniform(0.28, 0.8) / max(float(np.percentile(seen_part, 70)), 0.05)
    return _worn(picture, rng, look), anchors


def main() -> None:
    source, target, count, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    cv2.setNumThreads(1)
    head, rng = Head(source), np.random.default_rng(seed)
    pictures = np.zeros((count, SIZE, SIZE), np.uint8)
    points = np.zeros((count, len(NAMES), 2), np.float32)
    for k in range(count):
        pictures[k], points[k] = face(head, rng)
    np.savez(target, pictures=pictures, points=points)
    if len(sys.argv) > 5:
        cells = []
        for picture, spots in zip(pictures[:32], points[:32], strict=True):
            cell = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
            for spot in spots:
                cv2.circle(cell, tuple(np.round(spot).astype(int).tolist()), 2, (0, 255, 0), -1)
            cells.append(cell)
        rows = [np.hstack(cells[k : k + 8]) for k in range(0, len(cells) // 8 * 8, 8)]
        cv2.imwrite(sys.argv[5], np.vstack(rows))


if __name__ == "__main__":
    main()
