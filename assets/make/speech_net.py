"""Trains the ear that makes a mouth from sound alone: assets/starter/speech.onnx.

Hides the network, how speech is disturbed so that any microphone will do, and the export. The speech comes from
speech_data.py; the targets are the mouths that visemes.py makes of exact phone times, lips forced shut for p, b and m.

    python -m venv /tmp/ear && /tmp/ear/bin/pip install torch==2.13.0 numpy onnx onnxruntime soxr
    python assets/make/speech_data.py --out /tmp/speech --flite 3.5 --espeak 5
    /tmp/ear/bin/python assets/make/speech_net.py --speech /tmp/speech --minutes 25
    /tmp/ear/bin/python assets/make/speech_net.py --speech /tmp/speech --resume /tmp/speech/ear.pt --export

The first run measures the disturbed speech once and keeps the rows beside it. `--measure` does only that, so that
several processes can, and `--now` trains meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr
import torch
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from speech_data import RATE, RATE_OF_STEPS, Clip, load, targets  # noqa: E402

from engines.contract import FPS  # noqa: E402
from engines.portrait.rig import MOUTH  # noqa: E402
from engines.portrait.speech import BANDS, KINDS, MODEL, ROWS, STATE, STEPS, SpeechNet, rows_of  # noqa: E402
from engines.portrait.visemes import Phone  # noqa: E402

WIDTH = 80
DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4)
_VOWELS = list(KINDS).index("a")  # this kind and all after it


# --- any microphone, any room -----------------------------------------------------------------------------------------


def disturbed(
    clip: Clip, others: list[Clip], dice: np.random.Generator, harm: float
) -> tuple[np.ndarray, tuple[Phone, ...]]:
    """The clip as another person, room and microphone might have it, with its phones. `harm`: 0 little to 1 much."""
    factor = float(np.exp(dice.normal(0, 0.09)).clip(0.8, 1.25))
    sound = soxr.resample(clip.samples.astype(np.float32) / 32768, RATE, RATE * factor, "QQ")
    lead, rest = dice.exponential(0.15), dice.exponential(0.25)
    phones = (
        Phone(0.0, lead, "_"),
        *(Phone(p.begin * factor + lead, p.end * factor + lead, p.text) for p in clip.phones),
        Phone(clip.phones[-1].end * factor + lead, len(sound) / RATE + lead + rest, "_"),
    )
    sound = np.pad(sound, (round(lead * RATE), round(rest * RATE)))
    if dice.random() < 0.25 * harm:
        sound = np.clip(sound, -(cut := np.abs(sound).max() * dice.uniform(0.25, 0.8)), cut)
    if dice.random() < 0.1 + 0.5 * harm:
        sound = _in_a_room(sound, dice)
    loud = float(np.sqrt(np.mean(sound[np.abs(sound) > 0.02] ** 2))) if (np.abs(sound) > 0.02).any() else 0.05
    if dice.random() < 0.3 + 0.6 * harm:
        noise = _noise(len(sound), others, dice)
        sound = sound + noise * np.float32(loud * 10 ** (-dice.uniform(6 + 14 * (1 - harm), 50) / 20))
    sound = sound * np.float32(0.1 / loud * 10 ** (dice.uniform(-26, 6) / 20))
    if dice.random() < 0.35 * harm:  # a narrow line
        sound = _band(sound, dice.uniform(50, 320), dice.uniform(3000, 7000))
    if dice.random() < 0.12 * harm:  # eight bits, finer where it is quiet
        level = np.log1p(255 * np.abs(sound).clip(0, 1)) / np.log(256)
        sound = np.sign(sound) * (256 ** (np.round(level * 127) / 127) - 1) / 255
    if dice.random() < 0.2 * harm:  # a connection that drops
        at = dice.integers(0, max(1, len(sound) - 4000))
        gap = at / RATE, at / RATE + (long := float(dice.uniform(0.2, 0.6)))
        sound = np.concatenate([sound[:at], np.zeros(round(long * RATE), sound.dtype), sound[at:]])
        phones = tuple(_opened(phones, *gap))
    return sound.clip(-1, 1).astype(np.float32), phones


def _opened(phones: tuple[Phone, ...], begin: float, end: float):
    """Phones with a silence pushed in from `begin` to `end`."""
    put = False
    for phone in phones:
        if phone.end <= begin:
            yield phone
            continue
        if phone.begin < begin:
            yield Phone(phone.begin, begin, phone.text)
        if not put:
            yield Phone(begin, end, "_")
            put = True
        yield Phone(max(phone.begin, begin) + end - begin, phone.end + end - begin, phone.text)


def _in_a_room(sound: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """Sound and a noise that dies away behind it, as a room answers."""
    seconds = dice.uniform(0.08, 0.6)
    tail = np.exp(-6.9 * np.arange(round(seconds * RATE)) / (seconds * RATE)) * dice.normal(0, 1, round(seconds * RATE))
    tail[: round(0.003 * RATE)] = 0
    tail *= 10 ** (-dice.uniform(2, 16) / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1
    return _filtered(sound, tail)


def _filtered(sound: np.ndarray, response: np.ndarray) -> np.ndarray:
    size = 1 << (len(sound) + len(response)).bit_length()
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[: len(sound)].astype(np.float32)


def _band(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    shape = 1 / np.sqrt((1 + (low / np.maximum(hertz, 1)) ** 6) * (1 + (hertz / high) ** 16))
    return np.fft.irfft(spectrum * shape, len(sound)).astype(np.float32)


def _noise(count: int, others: list[Clip], dice: np.random.Generator) -> np.ndarray:
    """White, pink or brown noise, hum, or other people; RMS 1."""
    choice = dice.random()
    if choice < 0.25:
        noise = np.zeros(count)
        for _ in range(dice.integers(2, 7)):
            other = others[dice.integers(len(others))].samples
            noise += np.resize(np.roll(other, dice.integers(len(other))), count) / 3000
    else:
        spectrum = np.fft.rfft(dice.normal(0, 1, count))
        slope = dice.uniform(0, 1.2)
        noise = np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30) ** slope, count)
        if choice < 0.4:
            hum = np.arange(count) / RATE * dice.choice([50, 60]) * 2 * np.pi
            noise = noise / noise.std() + 2 * sum(np.sin(hum * k) / k for k in range(1, 6))
    return (noise / (np.sqrt(np.mean(noise**2)) + 1e-9)).astype(np.float32)


# --- rows and targets of everything -----------------------------------------------------------------------------------


class Lesson(NamedTuple):
    """rows float16 (2n, BANDS), mouths float16 (n, 8), kinds int8 (n,) of one clip."""

    rows: np.ndarray
    mouths: np.ndarray
    kinds: np.ndarray


def lesson(sound: np.ndarray, phones: tuple[Phone, ...]) -> Lesson:
    count = len(sound) * FPS // RATE
    mouths, kinds = targets(phones, STEPS * count)
    rows = rows_of(sound, RATE, count)
    return Lesson(rows.astype(np.float16), mouths.astype(np.float16), kinds.astype(np.int8))


def noises(dice: np.random.Generator, others: list[Clip], count: int) -> list[Lesson]:
    """Rooms in which nobody speaks: the mouth stays at rest."""
    found = []
    for _ in range(count):
        samples = round(dice.uniform(3, 6) * RATE)
        noise = _noise(samples, others[:0] or others, dice) if dice.random() < 0.3 else _noise_of_things(samples, dice)
        sound = noise * np.float32(10 ** (dice.uniform(-90, -35) / 20))
        found.append(lesson(sound.clip(-1, 1), (Phone(0.0, samples / RATE, "_"),)))
    return found


def _noise_of_things(count: int, dice: np.random.Generator) -> np.ndarray:
    spectrum, hertz = np.fft.rfft(dice.normal(0, 1, count)), np.fft.rfftfreq(count, 1 / RATE)
    noise = np.fft.irfft(spectrum / np.maximum(hertz, 30) ** dice.uniform(0, 1.2), count)
    if dice.random() < 0.4:  # keys and clicks
        for at in dice.integers(0, count - 400, dice.integers(2, 25)):
            noise[at : at + 400] += 12 * noise.std() * dice.normal(0, 1, 400) * np.exp(-np.arange(400) / 60)
    return (noise / noise.std()).astype(np.float32)


def measure(clips: Path, seed: int) -> None:
    """Disturb every clip of one file, measure it, and keep the lessons beside the file, with some noises."""
    kept = clips.with_suffix(".npz")
    if kept.exists():
        return
    begun, spoken = time.time(), [clip for clip in load(clips) if not clip.held_out and len(clip.phones) > 3]
    if not spoken:
        return
    dice = np.random.default_rng([seed, *clips.stem.encode()])
    found = [lesson(*disturbed(clip, spoken, dice, float(dice.random()))) for clip in spoken]
    found += noises(dice, spoken, len(spoken) // 20)
    rows, mouths, kinds = (np.concatenate([one[k] for one in found]) for k in range(3))
    with open(unfinished := kept.with_suffix(".part"), "wb") as file:
        np.savez(file, lengths=[len(one.kinds) for one in found], rows=rows, mouths=mouths, kinds=kinds)
    unfinished.rename(kept)
    hours = len(kinds) / RATE_OF_STEPS / 3600
    print(f"{kept.name}: {len(found)} lessons, {hours:.2f} hours, in {time.time() - begun:.0f} s", flush=True)


def lessons_in(file: Path) -> list[Lesson]:
    kept = np.load(file)
    rows, mouths, kinds = kept["rows"], kept["mouths"], kept["kinds"]
    return [
        Lesson(rows[2 * (end - n) : 2 * end], mouths[end - n : end], kinds[end - n : end])
        for end, n in zip(np.cumsum(kept["lengths"]), kept["lengths"], strict=True)
    ]


class Lessons:
    """All lessons that are in the folder now; measuring may still be under way. `chances`: float64, sum 1."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._read = folder, set()
        self.all: list[Lesson] = []
        self._lengths: list[float] = []
        self.chances = np.zeros(0)
        self.refresh()

    def refresh(self) -> None:
        for file in sorted(set(self._folder.glob("*.npz")) - self._read):
            self._read.add(file)
            found = lessons_in(file)
            self.all += found
            # flite's few voices come from people: they count double.
            self._lengths += [len(one.kinds) * (2.0 if file.stem.startswith("flite") else 1.0) for one in found]
        self.chances = np.array(self._lengths) / sum(self._lengths)


# --- the network ------------------------------------------------------------------------------------------------------


class Ear(nn.Module):
    """Rows to mouths: a stride over two rows, then gated causal convolutions that add to one another.

    Its memory is the left edge of every convolution, given and returned, so nothing is ever padded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.begin = nn.Conv1d(BANDS, WIDTH, 4, stride=2)
        self.gates = nn.ModuleList(nn.Conv1d(WIDTH, 2 * WIDTH, 3, dilation=d) for d in DILATIONS)
        self.mixes = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 1) for _ in DILATIONS)
        self.mouth = nn.Conv1d(WIDTH, len(MOUTH), 1)
        self.kind = nn.Conv1d(WIDTH, len(KINDS), 1)
        self.shapes = [(BANDS, 2), *((WIDTH, 2 * d) for d in DILATIONS)]
        assert sum(a * b for a, b in self.shapes) == STATE

    def forward(self, rows: torch.Tensor, edges: list[torch.Tensor], drop: float = 0.0):
        """rows (batch, BANDS, 2n), edges (batch, channels, width) -> mouths (batch, 8, n), kinds, edges."""
        heard = torch.cat([edges[0], rows], 2)
        after = [heard[:, :, -2:]]
        hidden = functional.silu(self.begin(heard))
        for gate, mix, edge in zip(self.gates, self.mixes, edges[1:], strict=True):
            whole = torch.cat([edge, hidden], 2)
            after.append(whole[:, :, -edge.shape[2] :])
            left, right = gate(whole).chunk(2, 1)
            part = torch.tanh(left) * torch.sigmoid(right)
            hidden = hidden + mix(functional.dropout(part, drop, self.training))
        return self.mouth(hidden), self.kind(hidden), after

    def edges(self, batch: int) -> list[torch.Tensor]:
        return [torch.zeros(batch, channels, width) for channels, width in self.shapes]


class Step(nn.Module):
    """The ear as the application runs it: one picture per call, the memory as one row of numbers."""

    def __init__(self, ear: Ear) -> None:
        super().__init__()
        self.ear = ear

    def forward(self, rows: torch.Tensor, state: torch.Tensor):
        edges, at = [], 0
        for channels, width in self.ear.shapes:
            edges.append(state[:, at : at + channels * width].reshape(1, channels, width))
            at += channels * width
        mouths, kinds, after = self.ear(rows.transpose(1, 2), edges)
        flat = torch.cat([edge.reshape(1, -1) for edge in after], 1)
        return mouths.transpose(1, 2), torch.softmax(kinds.transpose(1, 2), 2), flat


# --- training ---------------------------------------------------------------------------------------------------------


def batch(lessons: Lessons, dice: np.random.Generator, count: int, steps: int):
    """Random stretches, disturbed once more where it is cheap: throat, microphone, noise floor."""
    rows, mouths, kinds = [], [], []
    for number in dice.choice(len(lessons.all), count, p=lessons.chances):
        one = lessons.all[number]
        at = int(dice.integers(0, max(1, len(one.kinds) - steps + 1)))
        order = np.arange(at, min(at + steps, len(one.kinds)))
        if dice.random() < 0.12:
            order = _held(order, one.kinds, dice)[:steps]
        short = steps - len(order)
        both = np.stack([2 * order, 2 * order + 1], 1).ravel()
        rows.append(np.pad(one.rows[both], ((0, 2 * short), (0, 0)), "edge"))
        mouths.append(np.pad(one.mouths[order], ((0, short), (0, 0)), "edge"))
        kinds.append(np.pad(one.kinds[order].astype(np.int64), (0, short), constant_values=-100))
    heard = torch.from_numpy(np.stack(rows).astype(np.float32)).transpose(1, 2)
    bands = np.arange(BANDS)
    # A longer or shorter throat shifts the bands; a little more at the top than a plain shift.
    place = bands * np.exp(dice.normal(0, 0.11, (count, 1))) + dice.normal(0, 0.8, (count, 1))
    weights = np.clip(1 - np.abs(place.clip(0, BANDS - 1)[:, :, None] - bands), 0, 1)
    heard = torch.from_numpy(weights.astype(np.float32)) @ heard
    # Breathy voices and modelled ones have flatter bands than clear ones.
    smooth = functional.avg_pool1d(heard.transpose(1, 2), 7, 1, 3, count_include_pad=False).transpose(1, 2)
    heard = heard + torch.from_numpy(dice.uniform(-0.5, 0.4, (count, 1, 1)).astype(np.float32)) * (heard - smooth)
    tilt = np.stack([np.interp(bands, (0, 6, 13, 21, 30, 39), dice.normal(0, 0.42, 6)) for _ in range(count)])
    heard = heard + torch.from_numpy((tilt + dice.normal(0, 0.15, (count, 1))).astype(np.float32))[:, :, None]
    floor = dice.uniform(-2.2, -0.4, (count, 1, 1)) + np.linspace(0.4, -0.4, BANDS)[:, None] * dice.normal(
        0, 1, (count, 1, 1)
    )
    # Powers add, and a row holds 15 dB for each 1: a noise floor in the language of rows.
    scale, noisy = 0.29, torch.from_numpy(floor.astype(np.float32)) + 0.2 * torch.randn(heard.shape)
    heard = torch.logaddexp(heard / scale, noisy / scale) * scale
    return (
        heard.clip(-2.1, 2.8),
        torch.from_numpy(np.stack(mouths).astype(np.float32)),
        torch.from_numpy(np.stack(kinds)),
    )


def _held(order: np.ndarray, kinds: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """The steps of a stretch with a vowel held for up to two seconds, as singers do; or it would pass for a hum."""
    here = kinds[order]
    steady = [k for k in range(2, len(order) - 2) if here[k] >= _VOWELS and (here[k - 2 : k + 3] == here[k]).all()]
    if not steady:
        return order
    at = int(dice.choice(steady))
    to_and_fro = np.resize(order[[at, at + 1, at, at - 1]], int(dice.integers(20, 100)))
    return np.concatenate([order[:at], to_and_fro, order[at:]])


def loss_of(mouths: torch.Tensor, kinds: torch.Tensor, wanted: torch.Tensor, named: torch.Tensor) -> torch.Tensor:
    """mouths (b, n, 8) and kinds (b, classes, n) against targets. Closures count more, and so does how it moves."""
    known = (named >= 0).float()
    weight = known * (1 + 2.0 * (named == 1) + 1.0 * (named == 2) + 0.5 * (named == 0))
    error = ((mouths - wanted) ** 2 * torch.tensor([2.0, 1, 1.5, 1, 1, 1, 1, 0.5])).sum(2)
    place = (error * weight).sum() / weight.sum()
    moves = (((mouths[:, 1:] - mouths[:, :-1]) - (wanted[:, 1:] - wanted[:, :-1])) ** 2).sum(2)
    shut = torch.ones(len(KINDS))
    shut[1] = 1.5
    naming = functional.cross_entropy(kinds, named, shut, label_smoothing=0.05)
    return 5 * place + 8 * (moves * known[:, 1:]).mean() + 0.25 * naming


def train(lessons: Lessons, ear: Ear, minutes: float, weights: Path, *, peak: float, seed: int, check) -> None:
    dice = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(ear.parameters(), peak, weight_decay=0.02, betas=(0.9, 0.98))
    average = {name: value.clone() for name, value in ear.state_dict().items()}
    begun, spent, number, told = time.time(), 0.0, 0, 0.0
    while (done := spent / (60 * minutes)) < 1:
        at = time.time()
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1, (number + 1) / 100) * max(0.02, (1 - done) ** 0.8)
        rows, wanted, named = batch(lessons, dice, 16, 144)
        with torch.autocast("cpu", torch.bfloat16):
            mouths, kinds, _ = ear(rows, ear.edges(len(rows)), 0.12)
        loss = loss_of(mouths.float().transpose(1, 2)[:, 6:], kinds.float()[:, :, 6:], wanted[:, 6:], named[:, 6:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(ear.parameters(), 1.0)
        optimizer.step()
        number += 1
        keep = min(0.998, number / (number + 20))
        for name, value in ear.state_dict().items():
            average[name].lerp_(value, 1 - keep)
        told += (loss.item() - told) / min(number, 50)
        spent += min(5.0, time.time() - at)  # a machine that was asleep, or a process that was paused, loses nothing
        if number % 200 == 0:
            lessons.refresh()
            torch.save(average, weights)
            print(f"{number} steps, {time.time() - begun:.0f} s, loss {told:.4f}, {check(average)}", flush=True)
    torch.save(average, weights)
    ear.load_state_dict(average)
    print(f"{number} steps in {time.time() - begun:.0f} s", flush=True)


@torch.no_grad()
def judged(ear: Ear, lessons: list[Lesson]) -> str:
    """How well it hears lessons: share of right kinds, correlations, share of closed p, b, m; on one line."""
    ear.eval()
    said, wanted, named, guessed = [], [], [], []
    for one in lessons:
        rows = torch.from_numpy(one.rows.astype(np.float32).T[None].copy())
        mouths, kinds, _ = ear(rows, ear.edges(1))
        said.append(mouths[0].T.numpy())
        guessed.append(kinds[0].argmax(0).numpy())
        wanted.append(one.mouths.astype(np.float32))
        named.append(one.kinds)
    ear.train()
    all_said, all_wanted = np.concatenate(said), np.concatenate(wanted)
    right = np.mean(np.concatenate(named) == np.concatenate(guessed))
    pairs = [
        f"{name} {np.corrcoef(all_said[:, k], all_wanted[:, k])[0, 1]:.3f}"
        for k, name in enumerate(MOUTH)
        if name in ("open", "round", "press", "tuck")
    ]
    return f"kinds {right:.3f}, {', '.join(pairs)}"


def held_out(folder: Path) -> dict[str, list[Lesson]]:
    """Undisturbed lessons of the voices that are never trained on."""
    clips = [clip for file in sorted(folder.glob("*-held.clips")) for clip in load(file) if len(clip.phones) > 3]
    return {
        name: [lesson(c.samples.astype(np.float32) / 32768, c.phones) for c in clips if c.voice.startswith(name)]
        for name in ("flite", "espeak")
    }


# --- export -----------------------------------------------------------------------------------------------------------


def export(ear: Ear, file: Path) -> None:
    """Write the step graph, and show that it says the same as the network that was trained."""
    ear.eval()
    example = torch.zeros(1, ROWS, BANDS), torch.zeros(1, STATE)
    torch.onnx.export(
        Step(ear),
        example,
        str(file),
        opset_version=18,
        dynamo=False,
        input_names=["rows", "state"],
        output_names=["mouths", "kinds", "after"],
    )
    net = SpeechNet(file)
    rows = np.random.default_rng(1).normal(-0.5, 0.8, (400, BANDS)).astype(np.float32)
    with torch.no_grad():
        whole, kinds, _ = ear(torch.from_numpy(rows.T[None].copy()), ear.edges(1))
    state, parts = np.zeros((1, STATE), np.float32), []
    for at in range(0, len(rows), ROWS):
        mouths, likely, state = net.run(rows[at : at + ROWS], state)
        parts.append(np.concatenate([mouths, likely], 1))
    both = torch.cat([whole[0].T, torch.softmax(kinds[0].T, 1)], 1).numpy()
    off = float(np.abs(np.concatenate(parts) - both).max())
    count = sum(value.numel() for value in ear.parameters())
    print(f"{file.name}: {count} weights, {file.stat().st_size} bytes, step by step off by at most {off:.1e}")
    if off > 1e-4:
        raise SystemExit("the exported graph does not say what the network says")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--speech", type=Path, required=True, help="folder that speech_data.py has filled")
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--measure", metavar="PATTERN", help="only make the rows of these files (such as flite*.clips)")
    parser.add_argument("--now", action="store_true", help="begin with the rows that are there; more may come")
    parser.add_argument("--peak", type=float, default=3e-3, help="highest rate of learning")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="weights to begin with")
    parser.add_argument("--export", action="store_true", help="only export")
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    ear, weights = Ear(), options.speech / "ear.pt"
    if options.resume:
        ear.load_state_dict(torch.load(options.resume))
    if not options.export:
        for clips in [] if options.now else sorted(options.speech.glob(options.measure or "*.clips")):
            measure(clips, options.seed)
        if options.measure:
            return
        lessons = Lessons(options.speech)
        tests = held_out(options.speech)
        probe = Ear()

        def check(average: dict) -> str:
            probe.load_state_dict(average)
            return "; ".join(f"{name}: {judged(probe, some[:40])}" for name, some in tests.items())

        train(lessons, ear, options.minutes, weights, peak=options.peak, seed=options.seed, check=check)
        for name, some in tests.items():
            print(f"held-out {name}: {judged(ear, some)}")
    export(ear, options.out)


if __name__ == "__main__":
    main()
