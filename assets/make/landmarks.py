"""Trains the two networks that find a face: assets/starter/faces.onnx (where) and landmarks.onnx (the twenty points).

Hides the networks and their training. Authoring only; the product runs the ONNX files it writes. It learns from drawn
faces alone (landmark_faces.py, which needs a reference head that is not part of this project) and stops by the clock,
so two runs give two slightly different pairs of files; docs/landmarks.md says what the shipped pair can do.

    python -m venv .build/landmarks
    .build/landmarks/bin/pip install torch==2.13.0 numpy==2.4.6 numba==0.68.1 opencv-python-headless==5.0.0.93 \
        onnx==1.22.0
    .build/landmarks/bin/python assets/make/landmark_faces.py HEAD.npz .build/faces.1.npz 2500 1   # and more seeds
    .build/landmarks/bin/python assets/make/landmarks.py points .build 25     # 25 minutes
    .build/landmarks/bin/python assets/make/landmarks.py points .build 8 .build/points.pt   # a second, slower round
    .build/landmarks/bin/python assets/make/landmarks.py finder .build 6
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from landmark_faces import NAMES, clutter
from torch import nn
from torch.nn import functional

STARTER = Path(__file__).resolve().parents[1] / "starter"
SIDE = 112
"""Side of the crop that the landmark network sees, in pixels."""
CELLS = 28
"""Side of its heat-maps."""
WINDOW = 96
"""Side of the windows that the finder learns from, in pixels."""
EYES = 10.0
"""Distance between the eyes, in pixels, at which the finder knows a face."""

_MIRROR = [
    NAMES.index(name.translate({}).replace("left", "@").replace("right", "left").replace("@", "right"))
    for name in NAMES
]
_WEIGHT = torch.tensor(
    [{"jaw_left": 0.6, "jaw_right": 0.6, "crown": 0.4, "chin": 0.8}.get(name, 1.0) for name in NAMES]
)


# --- networks ---------------------------------------------------------------------------------------------------------


def _conv(inputs: int, outputs: int, side: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, side // 2 * dilation, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class _Twice(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _conv(width, width), _conv(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(self.first(x))


class Points(nn.Module):
    """Grey crop -> the twenty points, how far off each may be, and whether this is a face at all.

    Input (n, 1, 112, 112), 0 to 1. Output: points (n, 20, 2) with -1 and 1 at the edges of the crop, spread (n, 20) in
    the same unit, face (n,) from 0 to 1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(_conv(1, 16, 5, 2), _conv(16, 40, 3, 2), _conv(40, 40))
        self.middle = nn.Sequential(_conv(40, 88, 3, 2), _Twice(88))
        self.coarse = nn.Sequential(_conv(88, 144, 3, 2), _Twice(144), _Twice(144))
        self.down = _conv(144, 88, 1)
        self.mix = _conv(88, 64)
        self.up = _conv(64, 48, 1)
        self.skip = _conv(40, 48, 1)
        self.last = _conv(48, 48)
        self.heat = nn.Conv2d(48, len(NAMES), 1)
        self.judge = nn.Sequential(nn.Linear(144, 64), nn.ReLU(), nn.Linear(64, len(NAMES) + 1))
        places = (torch.arange(CELLS) + 0.5) / CELLS * 2 - 1
        self.register_buffer("places", places)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        mean = x.mean((1, 2, 3), keepdim=True)
        spread = ((x - mean) ** 2).mean((1, 2, 3), keepdim=True).sqrt()
        fine = self.fine((x - mean) / (spread + 0.03))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        mixed = self.mix(middle + functional.interpolate(self.down(coarse), scale_factor=2, mode="nearest"))
        last = self.last(self.skip(fine) + functional.interpolate(self.up(mixed), scale_factor=2, mode="nearest"))
        heat = self.heat(last).flatten(2).float()
        share = heat.softmax(-1).view(-1, len(NAMES), CELLS, CELLS)
        points = torch.stack([(share.sum(2) * self.places).sum(-1), (share.sum(3) * self.places).sum(-1)], -1)
        verdict = self.judge(coarse.mean((2, 3))).float()
        return points, verdict[:, :-1].clamp(-7, 1).exp(), verdict[:, -1], heat


class Finder(nn.Module):
    """Grey picture -> how likely the middle of a face lies in each 4 x 4 block, and where and how large it is.

    Input (1, 1, height, width), 0 to 1. Output (1, 4, height / 4, width / 4): likelihood 0 to 1, offset of the middle
    in x and y from the middle of the block in units of EYES, logarithm of the distance between the eyes over EYES.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(1, 12, 5, 2), _conv(12, 24, 3, 2), _conv(24, 32), _conv(32, 32, dilation=2),
            _conv(32, 32, dilation=3), _conv(32, 48, dilation=2), _conv(48, 32, 1), nn.Conv2d(32, 4, 1),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # contrast against the surroundings, so that dark paintings are as loud as flash photos
        rough = functional.avg_pool2d(torch.cat([x, x * x], 1), 4)
        rough = functional.avg_pool2d(rough, 9, 1, 4, count_include_pad=False)
        near, square = functional.interpolate(rough, scale_factor=4, mode="bilinear", align_corners=False).chunk(2, 1)
        return self.body((x - near) / ((square - near * near).clamp(min=0).sqrt() + 0.04))


# --- what they learn from ---------------------------------------------------------------------------------------------


class Faces:
    """All drawn faces in a folder: faces.*.npz; looks for new ones now and then."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._known, self._looked = folder, {}, 0.0
        self.rng = np.random.default_rng(int(time.time()))
        self._clutter = [(clutter(self.rng) * 255).astype(np.uint8) for _ in range(600)]
        self.look()

    def look(self) -> None:
        if time.monotonic() - self._looked < 60:
            return
        self._looked = time.monotonic()
        files = sorted(self._folder.glob("faces.*.npz"))
        self._known = {file: part for file, part in self._known.items() if file in files}
        for file in files:
            if file not in self._known:
                data = np.load(file)
                self._known[file] = (data["pictures"], data["points"])
        self.pictures = [data[0] for data in self._known.values()]
        self.points = [data[1] for data in self._known.values()]
        self.count = sum(len(part) for part in self.points)

    def one(self, held_out: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """A face; the first 200 of the first file are held out of training."""
        if held_out:
            k = int(self.rng.integers(200))
            return self.pictures[0][k], self.points[0][k]
        part = int(self.rng.integers(len(self.pictures)))
        k = int(self.rng.integers(200 if part == 0 else 0, len(self.pictures[part])))
        return self.pictures[part][k], self.points[part][k]

    def clutter(self) -> np.ndarray:
        """A picture without a face: shapes, or a face cut to pieces, or one upside down."""
        kind = self.rng.random()
        if kind < 0.55:
            picture = self._clutter[int(self.rng.integers(len(self._clutter)))]
            turned = np.rot90(picture, int(self.rng.integers(4)))
            return np.ascontiguousarray(turned if self.rng.random() < 0.5 else turned[:, ::-1])
        picture, _ = self.one()
        if kind < 0.75:
            return np.ascontiguousarray(picture[::-1])
        tile = int(self.rng.choice([16, 32, 64]))
        rows = picture.reshape(256 // tile, tile, 256 // tile, tile).swapaxes(1, 2).reshape(-1, tile, tile)
        rows = self.rng.permutation(rows)
        return np.ascontiguousarray(rows.reshape(256 // tile, 256 // tile, tile, tile).swapaxes(1, 2).reshape(256, 256))


def _cut(
    picture: np.ndarray, centre: np.ndarray, angle: float, scale: np.ndarray, side: int, flip: bool,
    ground: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A turned crop. scale: pixels of the crop per pixel of the picture, in x and y. Returns crop and matrix (2, 3).

    ground: what lies beside the picture, of the size of the crop; None repeats its edge.
    """
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) * scale[:, None]
    if flip:
        matrix[0] *= -1
    shift = (side - 1) / 2 - matrix @ centre
    whole = np.concatenate([matrix, shift[:, None]], 1).astype(np.float32)
    factor = 1 / float(scale.mean())
    if factor > 1.3:  # what area averaging does when the product shrinks a photo
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 * factor)
    if ground is None:
        return cv2.warpAffine(picture, whole, (side, side), borderMode=cv2.BORDER_REPLICATE), whole
    crop = cv2.warpAffine(picture, whole, (side, side), dst=ground.copy(), borderMode=cv2.BORDER_TRANSPARENT)
    return crop, whole


def _roughened(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other light, other lens: float32 from 0 to 1."""
    x = crop.astype(np.float32) / 255
    if rng.random() < 0.15:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.5:
        small = rng.normal(0, 0.2, (4, 4)).astype(np.float32)
        x = x * (1 + rng.random() * cv2.resize(small, x.shape[::-1], interpolation=cv2.INTER_CUBIC))
    if rng.random() < 0.5:
        x = x + rng.normal(0, rng.uniform(0, 0.05), x.shape).astype(np.float32)
    if rng.random() < 0.1:
        w, h = rng.integers(8, x.shape[0] // 3, 2)
        left, top = rng.integers(0, x.shape[0] - w), rng.integers(0, x.shape[0] - h)
        x[top : top + h, left : left + w] = rng.random()
    if rng.random() < 0.03:
        x = 1 - x
    x = np.clip(x, 0, 1) ** np.float32(rng.uniform(0.7, 1.4))
    return x * np.float32(rng.uniform(0.5, 1)) + np.float32(rng.uniform(0, 0.2))


def point_batch(faces: Faces, count: int, held_out: bool = False) -> tuple[torch.Tensor, ...]:
    """Crops (n, 1, 112, 112), points (n, 20, 2) from -1 to 1, crop side over eye distance (n,), is-face (n,)."""
    rng = faces.rng
    crops = np.zeros((count, 1, SIDE, SIDE), np.float32)
    targets = np.zeros((count, len(NAMES), 2), np.float32)
    sides, real = np.ones(count, np.float32), np.ones(count, np.float32)
    for k in range(count):
        picture, points = faces.one(held_out)
        eyes = np.stack([points[0:4].mean(0), points[4:8].mean(0)])
        apart = max(float(np.linalg.norm(eyes[1] - eyes[0])), 0.55 * float(np.linalg.norm(points[16] - eyes.mean(0))))
        centre = 0.55 * eyes.mean(0) + 0.45 * points[16]
        wide = float(np.exp(rng.uniform(np.log(2.9), np.log(6.0)))) if rng.random() < 0.5 else rng.uniform(3.0, 4.9)
        angle, stray = rng.normal(0, 0.16), 0.22
        if not held_out and rng.random() < 0.16:
            real[k] = 0
            kind = rng.random()
            if kind < 0.75:
                picture = faces.clutter()
                wide, centre = wide * rng.uniform(0.4, 1.6), rng.uniform(40, 216, 2)
            elif kind < 0.9:  # beside a face
                direction = rng.normal(0, 1, 2)
                centre = centre + direction / np.linalg.norm(direction) * apart * rng.uniform(1.8, 3)
            else:  # only a part of it, or far too small
                wide = rng.uniform(0.7, 1.5) if rng.random() < 0.6 else rng.uniform(12, 20)
                stray = 0.6
        elif rng.random() < 0.1:
            angle = rng.uniform(-0.7, 0.7)
        elif rng.random() < 0.15:  # a wide crop that shows the crown
            up = points[19] - points[16]
            wide, centre = rng.uniform(5.2, 6.6), centre + up / np.linalg.norm(up) * apart * rng.uniform(0, 0.9)
        centre = centre + rng.normal(0, stray * apart, 2)
        scale = SIDE / (wide * apart) * np.exp(rng.normal(0, 0.06, 2))
        flip = bool(rng.random() < 0.5)
        crop, matrix = _cut(picture, centre, angle, scale, SIDE, flip)
        spots = (points @ matrix[:, :2].T + matrix[:, 2] + 0.5) / SIDE * 2 - 1
        crops[k, 0] = _roughened(crop, rng)
        targets[k] = spots[_MIRROR] if flip else spots
        sides[k] = wide
    return torch.from_numpy(crops), torch.from_numpy(targets), torch.from_numpy(sides), torch.from_numpy(real)


def finder_batch(faces: Faces, count: int) -> tuple[torch.Tensor, ...]:
    """Windows (n, 1, 96, 96), targets (n, 4, 24, 24): likelihood (or -1 where either will do), offsets, size."""
    rng = faces.rng
    cells = WINDOW // 4
    windows = np.zeros((count, 1, WINDOW, WINDOW), np.float32)
    targets = np.zeros((count, 4, cells, cells), np.float32)
    places = np.stack(np.meshgrid(np.arange(cells), np.arange(cells)), -1) * 4.0 + 1.5
    for k in range(count):
        kind = rng.random()
        if kind < 0.38:
            wide = float(np.exp(rng.uniform(np.log(5), np.log(45))))
            window, _ = _cut(
                faces.clutter(), rng.uniform(30, 226, 2), rng.normal(0, 0.3), np.full(2, wide / 39), WINDOW, False
            )
        else:
            picture, points = faces.one()
            eyes = np.stack([points[0:4].mean(0), points[4:8].mean(0)])
            apart = max(
                float(np.linalg.norm(eyes[1] - eyes[0])), 0.55 * float(np.linalg.norm(points[16] - eyes.mean(0)))
            )
            middle = 0.55 * eyes.mean(0) + 0.45 * points[16]
            size = EYES * float(np.exp(rng.uniform(np.log(0.72), np.log(1.4))))
            if kind > 0.85:  # a face of another size, which is for another floor of the pyramid
                size = (
                    EYES * float(np.exp(rng.uniform(np.log(2.4), np.log(6))))
                    if rng.random() < 0.7
                    else EYES * rng.uniform(0.2, 0.4)
                )
            scale = size / apart * np.exp(rng.normal(0, 0.05, 2))
            angle = rng.normal(0, 0.16)
            centre = middle + rng.uniform(-30, 30, 2) / scale.mean()
            flip = bool(rng.random() < 0.5)
            ground = cv2.resize(faces.clutter(), (WINDOW, WINDOW)) if rng.random() < 0.6 else None
            window, matrix = _cut(picture, centre, angle, scale, WINDOW, flip, ground)
            spot = matrix[:, :2] @ middle + matrix[:, 2]
            away = (spot - places) / EYES
            distance = np.linalg.norm(away, axis=-1) * EYES / size
            if kind > 0.85:
                targets[k, 0] = 0
            else:
                targets[k, 0] = np.where(distance < 0.35, 1, np.where(distance < 0.9, -1, 0))
                targets[k, 1:3] = away.transpose(2, 0, 1)
                targets[k, 3] = np.log(size / EYES)
        windows[k, 0] = _roughened(window, rng)
    return torch.from_numpy(windows), torch.from_numpy(targets)


# --- training ---------------------------------------------------------------------------------------------------------


def point_loss(network: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    crops, targets, sides, real = batch
    points, spread, face, heat = network(crops)
    inside = (targets.abs() < 0.97).all(-1).float() * real[:, None]
    weight = inside * _WEIGHT
    off = (points - targets).abs().sum(-1)
    exact = (
        functional.smooth_l1_loss(points, targets, reduction="none", beta=0.02).sum(-1) * sides[:, None] / 2 * weight
    ).sum()
    places = network.places
    bump = torch.exp(-((targets[..., None] - places) ** 2) / (2 * (2.0 / CELLS * 0.9) ** 2))
    bump = bump / (bump.sum(-1, keepdim=True) + 1e-6)
    goal = (bump[:, :, 1, :, None] * bump[:, :, 0, None, :]).flatten(2)
    cloud = -((goal * heat.log_softmax(-1)).sum(-1) * weight).sum()
    doubt = ((off.detach() / spread + spread.log()) * inside).sum()
    total = weight.sum() + 1
    return (
        exact / total * 10
        + cloud / total * 0.3
        + doubt / total * 0.05
        + 0.5 * functional.binary_cross_entropy_with_logits(face, real)
    )


def finder_loss(network: nn.Module, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
    windows, targets = batch
    out = network(windows).float()
    sure = (targets[:, 0] >= 0).float()
    yes = (targets[:, 0] > 0.5).float()
    likely = out[:, 0].sigmoid()
    hard = torch.where(yes > 0, 1 - likely, likely) ** 2
    found = functional.binary_cross_entropy_with_logits(out[:, 0], yes, reduction="none") * hard * sure
    placed = functional.smooth_l1_loss(out[:, 1:], targets[:, 1:], reduction="none", beta=0.1).sum(1) * yes
    return found.sum() / (yes.sum() + 1) + placed.sum() / (yes.sum() + 1)


def _supplied(make: Callable[[], tuple], stop: threading.Event) -> queue.Queue:
    """Batches made one ahead, in a thread: OpenCV works without Python's lock."""
    ready: queue.Queue = queue.Queue(4)

    def work() -> None:
        while not stop.is_set():
            batch = make()
            while not stop.is_set():
                try:
                    ready.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    pass

    threading.Thread(target=work, name="batches", daemon=True).start()
    return ready


def train(
    network: nn.Module, batches: queue.Queue, loss: Callable, minutes: float, speed: float, saved: Path
) -> nn.Module:
    """Minutes of AdamW, one cycle; returns the running mean of the weights, and keeps it in `saved` on the way.

    A step counts for two seconds at most, so a machine that slept in between does not cut the training short.
    """
    network.train().to(memory_format=torch.channels_last)

    def blend(old: torch.Tensor, new: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        kept = min(0.995, (1 + int(count)) / (10 + int(count)))  # short at first, or the beginning would linger
        return old * kept + new * (1 - kept) if old.is_floating_point() else new

    mean = torch.optim.swa_utils.AveragedModel(network, avg_fn=blend, use_buffers=True)
    learner = torch.optim.AdamW(network.parameters(), speed, weight_decay=0.01)
    step, seen, spent, before = 0, [], 0.0, time.monotonic()
    while (gone := spent / (minutes * 60)) < 1:
        for group in learner.param_groups:
            group["lr"] = speed * min(1, (step + 1) / 150) * max(0.01, 0.5 + 0.5 * np.cos(np.pi * gone))
        batch = batches.get()
        with torch.autocast("cpu", torch.bfloat16):
            value = loss(
                network,
                tuple(part.contiguous(memory_format=torch.channels_last) if part.ndim == 4 else part for part in batch),
            )
        learner.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        learner.step()
        mean.update_parameters(network)
        now = time.monotonic()
        spent, before = spent + min(now - before, 2.0), now
        step += 1
        seen.append(float(value.detach()))
        if step % 100 == 0:
            print(f"step {step}, {gone:.0%}, loss {np.mean(seen[-100:]):.4f}", flush=True)
            torch.save(mean.module.state_dict(), saved)
    torch.save(mean.module.state_dict(), saved)
    return mean.module.eval()


class _Shipped(nn.Module):
    """The network as the product sees it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        if isinstance(self.network, Points):
            points, spread, face, _ = self.network(x)
            return points, spread, face.sigmoid()
        out = self.network(x)
        return torch.cat([out[:, :1].sigmoid(), out[:, 1:]], 1)


def export(network: nn.Module, target: Path) -> None:
    shipped = _Shipped(network.cpu().float().eval().to(memory_format=torch.contiguous_format)).eval()
    if isinstance(network, Points):
        example, takes, gives = torch.rand(2, 1, SIDE, SIDE), "crops", ["points", "spread", "face"]
        axes = {name: {0: "n"} for name in (takes, *gives)}
    else:
        example, takes, gives = torch.rand(1, 1, 160, 192), "picture", ["found"]
        axes = {takes: {2: "height", 3: "width"}, gives[0]: {2: "rows", 3: "columns"}}
    torch.onnx.export(
        shipped, (example,), str(target), dynamo=False, opset_version=17, input_names=[takes], output_names=gives,
        dynamic_axes=axes,
    )  # fmt: skip


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    faces, stop = Faces(folder), threading.Event()
    network: nn.Module = Points() if what == "points" else Finder()
    print(what, sum(part.numel() for part in network.parameters()), "parameters,", faces.count, "faces", flush=True)
    saved = folder / f"{what}.pt"
    speed = 2.5e-3
    if len(sys.argv) > 4:  # another round, from weights that were saved before
        speed = 1.2e-3
        network.load_state_dict(torch.load(sys.argv[4]))

    def make() -> tuple:
        faces.look()
        return point_batch(faces, 48) if what == "points" else finder_batch(faces, 48)

    if minutes:
        loss = point_loss if what == "points" else finder_loss
        network = train(network, _supplied(make, stop), loss, minutes, speed, saved)
    stop.set()  # the thread that makes batches goes home with its next one
    network.eval()
    if what == "points":
        with torch.no_grad():
            crops, targets, sides, _ = point_batch(faces, 400, held_out=True)
            points = network(crops)[0]
            off = (points - targets).norm(dim=-1) * sides[:, None] / 2
            inside = (targets.abs() < 0.97).all(-1)
            print("held-out error, % of eye distance:", round(100 * float(off[inside].mean()), 2), "faces", faces.count)
            print({name: round(100 * float(off[:, k][inside[:, k]].mean()), 1) for k, name in enumerate(NAMES)})
    export(network, STARTER / ("landmarks.onnx" if what == "points" else "faces.onnx"))


if __name__ == "__main__":
    main()
