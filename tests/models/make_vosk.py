"""Makes tests/models/vosk-tiny.zip: a real Vosk model of about 150 words, small enough to live in the repository.

Hides how a Kaldi model directory looks inside, and how one comes to be without Kaldi: flite speaks and says when each
phone ends, so the labels are free; a small net learns them; the net and the decoding graph are written byte by byte.
The model knows four synthetic speakers and a handful of words. It proves that our code drives Vosk rightly; it says
nothing about how well Vosk hears people.

Needs, beside flite on the PATH (Debian package `flite`): numpy, vosk, torch==2.13.0, kaldi-native-fbank.
Run from the repository root:  python -m tests.models.make_vosk --work FOLDER
Prints the word error rate on sentences that neither the net nor the language model has seen.

Sources of the formats: Kaldi's own readers, `nnet3/nnet-nnet.cc`, `nnet3/nnet-simple-component.cc`,
`hmm/transition-model.cc`, `hmm/hmm-topology.cc`; OpenFst's `vector-fst.h`; Vosk's `model.cc`.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import math
import random
import struct
import subprocess
import time
import wave
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 16_000
VOICES = ("slt", "rms", "awb", "kal16")
STRETCHES = (0.85, 1.0, 1.2)
SILENCE = "pau"
CEPSTRA = 20
FEATURES = f"""--use-energy=false
--sample-frequency={RATE}
--num-mel-bins=30
--num-ceps={CEPSTRA}
--low-freq=20
--high-freq=-400
--dither=0
"""
DECODING = """--frame-subsampling-factor=1
--acoustic-scale=0.25
--beam=13.0
--lattice-beam=6.0
--max-active=3000
--min-active=100
--endpoint.silence-phones=1
--determinize-max-delay=1000000
"""
# The last line: Vosk determinizes its lattice piece by piece, and with a graph as bare as ours a piece can come out
# empty, which ends the process (an assertion in lattice-functions.cc). This delay lets it do all of a turn at once.

SPLICES = ((-2, -1, 0, 1, 2), (-3, 0, 3), (-3, 0, 3), (-3, 0, 3))
WIDTH = 128
CONTEXT = sum(splice[-1] for splice in SPLICES)

# What people say to a starter persona, and what our tests say: the language model is counted from these lines.
SENTENCES = """
hello
hello there
hi
hi there how are you
good morning
good evening how are you today
hello who are you and what can you do
hello who are you
who are you
who made you
what is your name
what is your name and what can you do
hello what is your name and what can you do
what are you
what can you do
what can you do for me
what can i do with you
can you help me
can you help me please
please help me
how do i add a photo
how do i add a voice
how do i add a model
how do i add a new voice
how can i add my own photo
how do i change the voice
how do i change your voice
how do i change the photo
how do i start the camera
how do i use the camera in a call
how do i stop the call
how does this work
how does it work
where do i find the models
where is the camera
where do i put my photo
please open the camera
please open the window
open the settings
close the window please
turn on the camera
turn off the camera
turn on the light
start the camera now
stop
stop it please
please stop talking
stop talking now
wait a moment please
tell me a story
tell me a joke
tell me about you
tell me more
tell me about the weather
what is the weather like today
what time is it
what day is it today
do you like music
do you like your work
do you know my name
my name is mara
i like music
i like your voice
i like your face
your voice is very good
your face is very nice
i have a question
i have one more question
one two three four five
six seven eight nine ten
can you see me
can you hear me
can you hear me now
i can hear you
i can not hear you
do you hear the music
say it again please
can you say it again
please speak slowly
you speak too fast
talk to me
talk to me about music
thank you
thank you very much
thanks
thank you for your help
that was very good
that is nice
that is all thank you
yes
yes please
no
no thank you
no that is not right
yes that is right
i do not know
i do not understand
do you understand me
are you a real person
are you a computer
are you there
you are very nice
is the light on
is it safe
where are you
why are you here
when can we start
we start now
we can talk again tomorrow
goodbye
goodbye and thank you
good night
see you again tomorrow
see you later
""".split("\n")[1:-1]

# Never spoken in training and never counted: what the error rate is measured on.
HELD_OUT = """
hello can you hear the music now
who are you and where are you
how do i change my name
please tell me about the camera
what can you do with a photo
i like the weather today
turn off the light please
do you know what day it is
my voice is not very good
can we talk about your work
open the window now
thank you for the story
how do i stop the music
tell me why you are here
where do i add a new model
i have two photos and one voice
good morning what is your name
say your name again
you can start the call now
is that a real face
please wait i do not understand
see you tomorrow and good night
what is the time now
no stop the camera please
""".split("\n")[1:-1]


# --- speech with its phones -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Utterance:
    """`samples` int16 (n,) at RATE, and what they are: (phone, end in seconds) in order of time."""

    samples: np.ndarray
    phones: tuple[tuple[str, float], ...]


def speak(text: str, voice: str, stretch: float = 1.0) -> Utterance:
    """One text in one flite voice, with the phone times that flite itself prints."""
    command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-psdur", "-t", text, "-o"]
    path = WORK / f"{abs(hash((text, voice, stretch)))}.wav"
    printed = subprocess.run([*command, str(path)], check=True, capture_output=True, text=True).stdout
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getnchannels()) != (RATE, 1):
            raise SystemExit(f"voice {voice} does not speak at {RATE} Hz")
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    path.unlink()
    pairs = (item.rsplit(":", 1) for item in printed.split())
    return Utterance(samples, tuple((phone, float(end)) for phone, end in pairs))


WORK = Path("/nowhere")  # main() says where


def pronounce(word: str) -> list[str]:
    """The phones flite gives a word that stands alone."""
    printed = subprocess.run(["flite", "-ps", "-t", word, "-o", "none"], check=True, capture_output=True, text=True)
    return [phone for phone in printed.stdout.split() if phone != SILENCE]


def lexicon(lines: Iterable[str], spoken: Iterable[tuple[str, Utterance]]) -> dict[str, list[tuple[str, ...]]]:
    """word -> its pronunciations: alone, and every other form it takes inside the spoken sentences."""
    words = sorted({word for line in lines for word in line.split()})
    forms = {word: [tuple(pronounce(word))] for word in words}
    for text, utterance in spoken:
        phones = [phone for phone, _ in utterance.phones if phone != SILENCE]
        for word, form in align([(word, forms[word]) for word in text.split()], phones):
            if form and form not in forms[word] and abs(len(form) - len(forms[word][0])) <= 1:
                forms[word].append(form)
    return forms


def align(words: Sequence[tuple[str, list[tuple[str, ...]]]], phones: Sequence[str]) -> list[tuple[str, tuple]]:
    """Cut `phones` into words so that they differ least from forms already known."""
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _, forms in words:
        row: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[-1].items():
            lengths = {len(form) + step for form in forms for step in (-1, 0, 1)}
            for end in (start + length for length in lengths if length and start + length <= len(phones)):
                total = cost + min(distance(form, phones[start:end]) for form in forms)
                if end not in row or total < row[end][0]:
                    row[end] = (total, start)
        best.append(row)
    if len(phones) not in best[-1]:
        return []  # spoken too differently to learn from
    end, cut = len(phones), []
    for (word, _), row in zip(reversed(words), reversed(best[1:]), strict=True):
        start = row[end][1]
        cut.append((word, tuple(phones[start:end])))
        end = start
    return cut[::-1]


def distance(one: Sequence, other: Sequence) -> int:
    """Edits between two sequences."""
    row = list(range(len(other) + 1))
    for index, item in enumerate(one, 1):
        above, row[0] = row[0], index
        for column, thing in enumerate(other, 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (item != thing))
    return row[-1]


# --- the net ----------------------------------------------------------------------------------------------------------


def features(samples: np.ndarray) -> np.ndarray:
    """Kaldi's MFCC as conf/mfcc.conf asks for them. samples: float32 (n,) in int16 range. Returns (frames, CEPSTRA)."""
    import kaldi_native_fbank as knf

    options = knf.MfccOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither = RATE, 0
    options.mel_opts.num_bins, options.mel_opts.low_freq, options.mel_opts.high_freq = 30, 20, -400
    options.num_ceps, options.use_energy = CEPSTRA, False
    computer = knf.OnlineMfcc(options)
    computer.accept_waveform(RATE, samples.tolist())
    computer.input_finished()
    return np.stack([computer.get_frame(index) for index in range(computer.num_frames_ready)])


def spoil(utterance: Utterance, dice: np.random.Generator) -> tuple[np.ndarray, tuple[tuple[str, float], ...]]:
    """The same speech in another room: silence around it, another loudness, noise of another colour."""
    before, after = dice.uniform(0.1, 0.6), dice.uniform(0.1, 0.6)
    sound = np.concatenate([np.zeros(int(before * RATE)), utterance.samples, np.zeros(int(after * RATE))])
    level = 10 ** (dice.uniform(-45, -12) / 20) * (np.std(utterance.samples) if len(utterance.samples) else 3000)
    sound = (sound + level * noise(len(sound), dice)) * 10 ** (dice.uniform(-14, 3) / 20)
    shift = int(before * RATE) / RATE
    last = utterance.phones[-1][1] if utterance.phones else 0.0
    phones = ((SILENCE, shift), *((phone, end + shift) for phone, end in utterance.phones), (SILENCE, last + 99))
    return np.clip(np.round(sound), -32768, 32767).astype(np.float32), phones


def noise(count: int, dice: np.random.Generator) -> np.ndarray:
    """Noise of one colour between white and brown, RMS 1."""
    spectrum = np.fft.rfft(dice.standard_normal(count))
    spectrum /= np.maximum(1, np.arange(len(spectrum))) ** dice.choice([0.0, 0.25, 0.5, 1.0])
    sound = np.fft.irfft(spectrum, count)
    return sound / (np.std(sound) + 1e-9)


def labels(phones: Sequence[tuple[str, float]], numbers: dict[str, int], count: int) -> np.ndarray:
    """The state of every frame, int64 (count,): each phone is three states of equal length. Kaldi's frame k is centred
    on 12.5 ms + k * 10 ms."""
    made, start = np.zeros(count, np.int64), 0.0
    centres = 0.0125 + 0.01 * np.arange(count)
    for phone, end in phones:
        inside = (centres >= start) & (centres < end)
        third = np.minimum(2, (centres[inside] - start) / max(1e-6, end - start) * 3).astype(int)
        # Silence has no shape: its states follow each other by chance, so that each of them fits any moment of it.
        made[inside] = 3 * numbers[phone] + (np.arange(inside.sum()) % 3 if phone == SILENCE else third)
        start = end
    return made


def train(
    pairs: list[tuple[np.ndarray, np.ndarray]], held: list[tuple[np.ndarray, np.ndarray]], states: int, epochs: int
):
    """Cross entropy over whole utterances, edges repeated as Kaldi does. Returns [(weight, bias), ...], priors."""
    import torch

    torch.manual_seed(1)
    torch.set_num_threads(1)  # threads that wait for each other lose on a machine that does other things
    everything = np.concatenate([x for x, _ in pairs])
    mean, spread = everything.mean(0), everything.std(0)
    layers, width = [], CEPSTRA
    for splice in SPLICES:
        layers.append(torch.nn.Conv1d(width, WIDTH, len(splice), dilation=splice[1] - splice[0]))
        width = WIDTH
    layers.append(torch.nn.Conv1d(width, states, 1))
    net = torch.nn.Sequential(*[module for layer in layers[:-1] for module in (layer, torch.nn.ReLU())], layers[-1])
    ready = [
        (
            torch.from_numpy(np.pad(((x - mean) / spread).T, ((0, 0), (CONTEXT, CONTEXT)), "edge")).float(),
            torch.from_numpy(y),
        )
        for x, y in pairs
    ]
    check = [
        (
            torch.from_numpy(np.pad(((x - mean) / spread).T, ((0, 0), (CONTEXT, CONTEXT)), "edge")).float(),
            torch.from_numpy(y),
        )
        for x, y in held
    ]
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-3)
    batches = [
        sorted(range(len(ready)), key=lambda k: ready[k][0].shape[1])[k : k + 8] for k in range(0, len(ready), 8)
    ]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * len(batches))
    dice = random.Random(1)
    for epoch in range(epochs):
        dice.shuffle(batches)
        total = 0.0
        for batch in batches:
            longest = max(ready[k][0].shape[1] for k in batch)
            sound = torch.stack(
                [torch.nn.functional.pad(ready[k][0], (0, longest - ready[k][0].shape[1])) for k in batch]
            )
            wanted = torch.stack(
                [
                    torch.nn.functional.pad(ready[k][1], (0, longest - 2 * CONTEXT - len(ready[k][1])), value=-100)
                    for k in batch
                ]
            )
            loss = torch.nn.functional.cross_entropy(net(sound), wanted, ignore_index=-100)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        with torch.no_grad():
            right = sum((net(x[None])[0].argmax(0) == y).sum().item() for x, y in check) / sum(len(y) for _, y in check)
        print(f"epoch {epoch}: loss {total / len(batches):.3f}, held-out frames right {right:.3f}", flush=True)
    weights = []
    for index, layer in enumerate(layers):
        # torch has (out, in, tap); Kaldi's Append() has all inputs of the first tap, then of the second.
        weight = layer.weight.detach().permute(0, 2, 1).reshape(layer.out_channels, -1).numpy().astype(np.float64)
        bias = layer.bias.detach().numpy().astype(np.float64)
        if index == 0:  # the net was fed normalised features; Kaldi feeds raw ones
            weight = weight / np.tile(spread, len(SPLICES[0]))
            bias = bias - weight @ np.tile(mean, len(SPLICES[0]))
        weights.append((weight, bias))
    counts = np.bincount(np.concatenate([y for _, y in pairs]), minlength=states) + 1.0
    return weights, counts / counts.sum()


# --- the files --------------------------------------------------------------------------------------------------------


def row_of(values: np.ndarray) -> str:
    return " ".join(f"{value:.3g}" for value in values)


def acoustic_model(phones: int, weights: list[tuple[np.ndarray, np.ndarray]], priors: np.ndarray) -> str:
    """am/final.mdl in Kaldi's text form: transitions of `phones` three-state phones, then the net."""
    text = io.StringIO()
    numbers = " ".join(str(phone) for phone in range(1, phones + 1))
    text.write(f"<TransitionModel> <Topology> <TopologyEntry> <ForPhones> {numbers} </ForPhones> ")
    for state in range(3):
        text.write(
            f"<State> {state} <PdfClass> {state} <Transition> {state} 0.5 <Transition> {state + 1} 0.5 </State> "
        )
    text.write(f"<State> 3 </State> </TopologyEntry> </Topology> <Triples> {3 * phones} ")
    for pdf in range(3 * phones):
        text.write(f"{pdf // 3 + 1} {pdf % 3} {pdf} ")
    halves = " ".join([f"{math.log(0.5):.4f}"] * (6 * phones))
    text.write(f"</Triples> <LogProbs> [ 0 {halves} ] </LogProbs> </TransitionModel> <Nnet3> \n")
    text.write(f"input-node name=input dim={CEPSTRA}\n")
    source = "input"
    for index, splice in enumerate(SPLICES):
        inputs = ", ".join(f"Offset({source}, {step})" if step else source for step in splice)
        text.write(f"component-node name=affine{index} component=affine{index} input=Append({inputs})\n")
        text.write(f"component-node name=relu{index} component=relu{index} input=affine{index}\n")
        source = f"relu{index}"
    last = len(SPLICES)
    text.write(f"component-node name=affine{last} component=affine{last} input={source}\n")
    text.write(f"component-node name=softmax component=softmax input=affine{last}\n")
    text.write("output-node name=output input=softmax objective=linear\n\n")
    text.write(f"<NumComponents> {2 * len(weights)} ")
    for index, (weight, bias) in enumerate(weights):
        text.write(f"<ComponentName> affine{index} <FixedAffineComponent> <LinearParams> [\n")
        text.write("\n".join(row_of(row) for row in weight))
        text.write(f" ] <BiasParams> [ {row_of(bias)} ] </FixedAffineComponent> ")
        name, kind = ("softmax", "LogSoftmax") if index == last else (f"relu{index}", "RectifiedLinear")
        text.write(f"<ComponentName> {name} <{kind}Component> <Dim> {len(bias)} <ValueAvg> [ ] <DerivAvg> [ ] ")
        text.write(f"<Count> 0 </{kind}Component> ")
    text.write(f"</Nnet3> <LeftContext> {CONTEXT} <RightContext> {CONTEXT} <Priors> [ {row_of(priors)} ] ")
    return text.getvalue()


class Graph:
    """A weighted transducer under construction, written as OpenFst's vector form (StdArc, version 2)."""

    def __init__(self) -> None:
        self.arcs: list[list[tuple[int, int, float, int]]] = []
        self.final: dict[int, float] = {}

    def state(self) -> int:
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, heard: int = 0, said: int = 0, cost: float = 0.0) -> None:
        self.arcs[source].append((heard, said, cost, target))

    def phone(self, source: int, number: int) -> int:
        """Three states of a phone (0-based); the state after it. Kaldi numbers, for pdf t, the self-loop 2t+1 and the
        way on 2t+2, and wants the way on first."""
        for pdf in range(3 * number, 3 * number + 3):
            target = self.state()
            self.arc(source, target, 2 * pdf + 2, cost=math.log(2))
            self.arc(target, target, 2 * pdf + 1, cost=math.log(2))
            source = target
        return source

    def pack(self) -> bytes:
        """The file. Source: OpenFst, fst.h (header) and vector-fst.h (states)."""
        out = io.BytesIO()
        out.write(struct.pack("<i", 2125659606))
        for name in (b"vector", b"standard"):
            out.write(struct.pack("<i", len(name)) + name)
        count = sum(map(len, self.arcs))
        out.write(struct.pack("<iiQqqq", 2, 0, 3, 0, len(self.arcs), count))
        for state, arcs in enumerate(self.arcs):
            out.write(struct.pack("<fq", self.final.get(state, math.inf), len(arcs)))
            for heard, said, cost, target in arcs:
                out.write(struct.pack("<iifi", heard, said, cost, target))
        return out.getvalue()


def decoding_graph(forms: dict[str, list[tuple[str, ...]]], numbers: dict[str, int], words: dict[str, int]) -> Graph:
    """HCLG: a bigram with back-off. One chain of states for each way to say a word serves all the histories, since the
    history after it is the word itself."""
    single, double = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for line in SENTENCES:
        tokens = ["<s>", *line.split(), "</s>"]
        single.update(tokens[1:])
        for left, right in itertools.pairwise(tokens):
            double[left][right] += 1
    for word in forms:
        single[word] += 1
    total = sum(single.values())
    graph = Graph()
    graph.state()
    back = graph.state()
    history = {word: graph.state() for word in ["<s>", *forms]}
    silence = numbers[SILENCE]
    graph.arc(0, history["<s>"], cost=1.0)
    graph.arc(graph.phone(0, silence), history["<s>"], cost=0.5)
    entry = {word: graph.state() for word in forms}
    for word, ways in forms.items():
        end = graph.state()
        for way in ways:
            state = entry[word]
            for phone in way:
                state = graph.phone(state, numbers[phone])
            graph.arc(state, end)
        graph.arc(end, history[word], cost=0.3)
        graph.arc(graph.phone(end, silence), history[word], cost=1.4)
        graph.arc(back, entry[word], said=words[word], cost=-math.log(single[word] / total))
    graph.final[back] = -math.log(single["</s>"] / total)
    for word, state in history.items():
        follow, count = double[word], sum(double[word].values())
        discount = len(follow)  # Witten-Bell: what is new is as likely as a new follower was
        if not count:
            graph.arc(state, back)
            continue
        graph.arc(state, back, cost=-math.log(discount / (count + discount)))
        for successor, times in follow.items():
            cost = -math.log(times / (count + discount))
            if successor == "</s>":
                graph.final[state] = cost
            else:
                graph.arc(state, entry[successor], said=words[successor], cost=cost)
    graph.final[history["<s>"]] = 2.0  # nothing was said at all
    return graph


def write(path: Path, files: dict[str, bytes | str]) -> None:
    """A zip whose bytes depend on nothing but its contents."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"vosk-tiny/{name}")
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content, compresslevel=9)


# --- how good it is ---------------------------------------------------------------------------------------------------


def error_rate(model: Path, lines: Sequence[str], voice: str, show: bool) -> float:
    """Word errors per word, in percent, on a voice that reads the lines."""
    import vosk

    vosk.SetLogLevel(-1)
    opened = vosk.Model(model_path=str(model))
    errors = count = 0
    dice = np.random.default_rng(5)
    for line in lines:
        sound = np.concatenate([np.zeros(RATE // 3), speak(line, voice).samples, np.zeros(RATE // 2)])
        sound = (sound + 8 * dice.standard_normal(len(sound))).round().astype(np.int16)
        recognizer = vosk.KaldiRecognizer(opened, RATE)
        heard = []
        for start in range(0, len(sound), 1600):
            if recognizer.AcceptWaveform(sound[start : start + 1600].tobytes()):
                heard.append(json.loads(recognizer.Result())["text"])
        heard.append(json.loads(recognizer.FinalResult())["text"])
        text = " ".join(heard).split()
        wrong = distance(line.split(), text)
        if wrong and show:
            print(f"  {voice}: {line!r} heard as {' '.join(text)!r}")
        errors, count = errors + wrong, count + len(line.split())
    return 100 * errors / count


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="a folder for what is made on the way")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("vosk-tiny.zip"))
    parser.add_argument("--random", type=int, default=110, help="how many random word sequences each voice reads")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--retrain", action="store_true", help="train again although the work folder has a net")
    arguments = parser.parse_args()
    global WORK
    WORK = arguments.work
    WORK.mkdir(parents=True, exist_ok=True)
    started = time.process_time()

    dice = random.Random(7)
    vocabulary = sorted({word for line in [*SENTENCES, "photos"] for word in line.split()})
    unknown = {word for line in HELD_OUT for word in line.split()} - set(vocabulary)
    if unknown:
        raise SystemExit(f"held-out sentences use words without a pronunciation: {sorted(unknown)}")
    lines = SENTENCES + [" ".join(dice.choices(vocabulary, k=dice.randint(3, 8))) for _ in range(arguments.random)]
    jobs = [(line, voice, dice.choice(STRETCHES)) for line in lines for voice in VOICES]
    with ThreadPoolExecutor(2) as pool:
        spoken = list(pool.map(lambda job: speak(*job), jobs))
    forms = lexicon(vocabulary, ((job[0], heard) for job, heard in zip(jobs, spoken, strict=True) if job[1] == "slt"))
    for word, ways in forms.items():
        if len(ways) > 1:
            print(word, " | ".join(" ".join(way) for way in ways))
    phones = sorted({phone for utterance in spoken for phone, _ in utterance.phones} - {SILENCE})
    numbers = {phone: number for number, phone in enumerate([SILENCE, *phones])}
    words = {word: number for number, word in enumerate(["<eps>", *sorted(forms)])}
    minutes = sum(len(utterance.samples) for utterance in spoken) / RATE / 60
    print(f"{len(forms)} words, {len(numbers)} phones, {minutes:.0f} minutes of speech", flush=True)

    kept = WORK / "net.npz"
    if arguments.retrain or not kept.exists():
        room = np.random.default_rng(3)
        quiet = [Utterance(np.zeros(2 * RATE, np.int16), ()) for _ in range(150)]
        pairs = []
        for utterance in [*spoken, *quiet]:
            sound, times = spoil(utterance, room)
            rows = features(sound)
            pairs.append((rows, labels(times, numbers, len(rows))))
        order = random.Random(2).sample(range(len(pairs)), len(pairs))
        held = [pairs[k] for k in order[:60]]
        weights, priors = train([pairs[k] for k in order[60:]], held, 3 * len(numbers), arguments.epochs)
        np.savez(
            kept,
            priors=priors,
            **{f"{kind}{k}": a for k, pair in enumerate(weights) for kind, a in zip("wb", pair, strict=True)},
        )
    saved = np.load(kept)
    weights = [(saved[f"w{k}"], saved[f"b{k}"]) for k in range(len(SPLICES) + 1)]

    files: dict[str, bytes | str] = {
        "am/final.mdl": acoustic_model(len(numbers), weights, saved["priors"]),
        "conf/mfcc.conf": FEATURES,
        "conf/model.conf": DECODING,
        "graph/HCLG.fst": decoding_graph(forms, numbers, words).pack(),
        "graph/words.txt": "".join(f"{word} {number}\n" for word, number in words.items()),
    }
    write(arguments.out, files)
    with zipfile.ZipFile(arguments.out) as archive:
        archive.extractall(WORK)
    print(f"{arguments.out.stat().st_size / 1e6:.2f} MB, {time.process_time() - started:.0f} s of CPU")
    for voice in VOICES:
        rate = error_rate(WORK / "vosk-tiny", HELD_OUT, voice, show=True)
        print(f"{voice}: {rate:.1f} % WER on {len(HELD_OUT)} unseen sentences")


if __name__ == "__main__":
    main()
