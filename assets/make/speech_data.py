"""Makes sentences, speaks them with synthetic voices that tell their phones, and keeps sound and phones together.

Hides where training speech comes from: flite (recordings of people, rebuilt frame by frame; `apt install flite`) and
espeak-ng through this project's own voice, in many timbres, sizes, pitches, paces and languages. The sentences are made
here, from words written for this project, words of the pronouncing dictionary that pocketsphinx brings, and invented
words. speech_net.py trains on the result.

    python assets/make/speech_data.py --out /tmp/speech --flite 2.5 --espeak 5     hours of each
"""

from __future__ import annotations

import argparse
import importlib.util
import pickle
import random
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from engines.contract import FPS, Generation, Mark  # noqa: E402
from engines.portrait.rig import MOUTH  # noqa: E402
from engines.portrait.speech import KINDS, STEPS  # noqa: E402
from engines.portrait.visemes import EARLY, Phone, Viseme, visemes_of  # noqa: E402
from engines.voices.espeak import EspeakVoice  # noqa: E402
from engines.voices.phones import SILENCE  # noqa: E402

RATE = 16000
RATE_OF_STEPS = STEPS * FPS
_OPEN, _PRESS = MOUTH.index("open"), MOUTH.index("press")
_APART = [MOUTH.index(name) for name in ("lift", "depress", "tuck")]
_KIND_OF = {letter: number for number, letters in enumerate(KINDS.values()) for letter in letters}
_NEUTRAL = list(KINDS).index("neutral")

HELD_OUT_FLITE = "rms"
HELD_OUT_TIMBRES = ("f3", "m2", "Annie", "Andy", "iven3", "grandma")
HELD_OUT_LANGUAGES = ("nl", "tr")

_WORDS: Sequence[str] = """
a about above after again against all almost along always and any apple arm around ask away baby back bad ball banana
bath beach beautiful bed bee before begin behind believe below better between big bird black blue boat body book both
bottle bowl boy bread breathe bridge bring brother brown bubble build butter buy cake call camera can car card carry
catch chair change cheap cheese chess child choose church city clean clear close cloth cloud coat coffee cold come cook
corner could cow cup cut dance dark daughter day deep did different dinner do dog door down dream drink drive dry during
each ear early east easy eat edge egg eight email enough even evening ever every eye face fair fall family famous far
farm fast father feather feel few field fifty figure find finger fire first fish five floor flower fly follow food foot
for forest forgive form forward four fox free fresh friend from front full funny game garage garden gave gentle give
glass go gold good grandma green group grow guess hair half hammer hand happy hard have he head hear heart heavy hello
help her here high hold home hope horse hot hour house how hundred I ice idea if important in inside island it job join
juice jump just keep key kind king kitchen knee know lake language large last late laugh lazy leaf learn leave left leg
lemon let letter library life light like line lip little live long look lose loud love low lunch machine make man many
maple map market may maybe me mean measure meet member middle milk mind minute mirror moment money month moon more
morning mother mountain mouse mouth move movie much music must my name near neighbour never new next nice night nine no
noise north nose not nothing now number ocean of off often oil old on once one only open orange other our out over own
page paint pair paper park part party pass path pay peach pepper perhaps person phone photo picture piece pillow place
plan please pleasure point pool poor possible post potato power prefer problem pull pumpkin push put question quick
quiet rabbit rain read ready really red remember rest rice right ring river road room rose round rule run sad safe salt
same sand say school sea season see seven shadow shall shape she sheep shelf ship shirt shoe shop short should shoulder
show silver simple sing sister six sky sleep slow small smile smooth snow so soft some song soon soup south speak spoon
spring square star start stay still stone stop storm story street strong such sugar summer sun sure sweet swim table
take talk tall tea teach team tell ten than thank that the their them then there these they thick thin thing think third
this those though thought three through thumb time to today together tomb tomorrow tongue too tooth top touch toward
town toy train treasure tree true try turn twelve two umbrella uncle under until up us use usual valley van vase very
view village visit voice volume wait walk wall want warm wash watch water wave way we wear weather week well west wet
what wheel when where which while white who whole why wide wife will wind window winter wish with without woman wonder
wood word work world worry would write wrong yard year yellow yes yesterday yet you young your zebra zero
""".split()

_LETTERS = {
    # language: consonants between which vowels stand, vowels, and consonants that end a word
    "de": (
        "b d f g h k l m n p r s sch st t w z pf kl br schw",
        "a e i o u ä ö ü ei au eu ie",
        "n r l t ch s m ng f p",
    ),
    "fr-fr": (
        "b d f g j l m n p r s t v ch qu br tr pl",
        "a e i o u é è ou eau on an in oi eu ui",
        "r t l m ne be",
    ),
    "es": ("b d f g l m n p r s t v ch ñ ll j qu br tr", "a e i o u ia ue ei", "n s r l d"),
    "it": ("b d f g l m n p r s t v z gl gn sc ch br", "a e i o u ia uo ie", "o a e i"),
    "pt-br": ("b d f g j l m n p r s t v lh nh ch qu", "a e i o u ão ei ou ãe", "r s m l"),
    "pl": ("b d f g j k l m n p r s t w z sz cz ś ć ż ł dz", "a e i o u y ą ę ó", "k ł m n sz ć w"),
    "nl": ("b d f g h k l m n p r s t v w z sch st", "a e i o u aa ee oo uu ij ui eu oe", "n r l t s k p m"),
    "sv": ("b d f g h j k l m n p r s t v sj tj", "a e i o u y å ä ö", "n r l t s m"),
    "da": ("b d f g h j k l m n p r s t v", "a e i o u y å æ ø", "n r l t s m"),
    "fi": ("h j k l m n p r s t v", "a e i o u y ä ö aa uu yö ie", "n s t"),
    "tr": ("b c ç d f g h k l m n p r s ş t v y z", "a e ı i o ö u ü", "n r l m k ş p"),
    "cs": ("b c č d f h j k l m n p r ř s š t v z ž", "a e i o u á é í ů ou", "n m k l š p"),
    "hu": ("b c cs d f g gy h k l m n ny p r s sz t v z", "a á e é i o ó ö ő u ú ü ű", "k n t l m b"),
    "ro": ("b c d f g h j l m n p r s ș t ț v z", "a e i o u ă î ea oa", "n r l m t"),
    "id": ("b c d g h j k l m n ng p r s t w y", "a e i o u ai au", "n ng m k t h"),
    "sw": ("b ch d f g h j k l m mb n nd ny p s sh t v w z", "a e i o u", "a e i o u"),
    "hr": ("b c č d f g h j k l lj m n nj p r s š t v z ž", "a e i o u ije", "n m k l t"),
    "el": ("μπ π β μ φ δ θ τ σ κ γ λ ρ ν ντ ζ ξ", "α ε η ο ου ι αι ει", "ς ν α"),
    "ru": ("б п м в ф д т с з к г ш ж л р н ч х", "а е и о у ы я ю э", "н т м л к й б"),
}
_ENGLISH = ("en-us", "en-us", "en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan")
_TIMBRES = (
    "", "", "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Alex", "Alicia", "Andrea",
    "Andy", "Annie", "belinda", "benjamin", "boris", "caleb", "croak", "david", "ed", "edward", "Gene", "grandma",
    "grandpa", "iven", "iven3", "john", "Lee", "linda", "Mario", "max", "michel", "Mike", "Michael", "norbert", "paul",
    "quincy", "rob", "robert", "steph", "travis", "victor", "whisper",
)  # fmt: skip

_ARPABET: dict[str, str] = {
    name: letters
    for name, _, letters in (
        pair.partition(":")
        for pair in (
            "aa:ɑ ae:æ ah:ʌ ao:ɔ aw:aʊ ax:ə axr:ɚ ay:aɪ b:b ch:tʃ d:d dh:ð dx:ɾ eh:ɛ er:ɜ ey:eɪ f:f g:g hh:h ih:ɪ iy:i "
            "jh:dʒ k:k l:l m:m n:n ng:ŋ ow:oʊ oy:ɔɪ p:p r:ɹ s:s sh:ʃ t:t th:θ uh:ʊ uw:u v:v w:w y:j z:z zh:ʒ pau:_"
        ).split()
    )
}


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech with its phones. `samples`: int16 (n,) at 16 kHz; `held_out`: a voice that is never trained on."""

    voice: str
    held_out: bool
    samples: np.ndarray
    phones: tuple[Phone, ...]


# --- what is to be learned --------------------------------------------------------------------------------------------


def targets(phones: tuple[Phone, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The mouths float32 (count, 8) and the kinds int64 (count,) of the steps of an utterance.

    The mouths are those of visemes.blend(), computed for all times at once; closures are forced.
    """
    times = np.arange(count) / RATE_OF_STEPS
    total, pull = np.zeros((count, len(MOUTH))), np.full(count, 1e-6)
    kinds, most = np.zeros(count, np.int64), np.ones(count)
    silence = Viseme(np.zeros(len(MOUTH), np.float32), 0.7)
    for phone in phones:
        shapes = visemes_of(phone.text) or (silence,)
        length = (phone.end - phone.begin) / len(shapes)
        for number, shape in enumerate(shapes):
            begin = phone.begin + number * length
            # Beyond six sigmas a phone is not felt.
            near = slice(*np.searchsorted(times, (begin - 6 * shape.reach, begin + length + 6 * shape.reach)))
            here = times[near]
            away = np.maximum(np.maximum(begin - here, here - begin - length), 0) / shape.reach
            force = shape.weight * np.exp(-0.5 * away * away)
            total[near] += force[:, None] * shape.mouth
            pull[near] += force
            early = EARLY if shape.most < 1 else 0.0
            inside = slice(*np.searchsorted(times, (begin - early, max(begin + length, begin - early + 0.02))))
            if phone.text not in "_":
                letter = phone.text[min(number, len(phone.text) - 1)]
                kinds[inside] = _KIND_OF.get(letter, _NEUTRAL)
            else:
                kinds[inside] = 0
            most[inside] = shape.most
    mouths = (total / pull[:, None]).astype(np.float32)
    mouths[:, _OPEN] = np.minimum(mouths[:, _OPEN], most)
    shut = most == 0
    mouths[np.ix_(shut, _APART)] = 0
    mouths[shut, _PRESS] = np.maximum(mouths[shut, _PRESS], 0.7)
    return mouths, kinds


# --- sentences --------------------------------------------------------------------------------------------------------


def dictionary() -> list[str]:
    """English words in the order of the dictionary inside pocketsphinx, without names of letters and variants."""
    found = importlib.util.find_spec("pocketsphinx")
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        return [*_WORDS]
    text = (Path(places[0]) / "model/en-us/cmudict-en-us.dict").read_text("utf-8")
    words = (line.split(maxsplit=1)[0] for line in text.splitlines())
    return [word for word in words if word.isalpha() and len(word) > 2]


def english(dice: random.Random, rare: list[str]) -> str:
    count = dice.randint(3, 12)
    return _punctuated(dice, [dice.choice(rare if dice.random() < 0.35 else _WORDS) for _ in range(count)])


def invented(dice: random.Random, language: str) -> str:
    """Words that do not exist, in letters that the language reads aloud."""
    begins, vowels, ends = (letters.split() for letters in _LETTERS[language])
    words: list[str] = []
    for _ in range(dice.randint(3, 9)):
        word = "".join(dice.choice(begins) + dice.choice(vowels) for _ in range(dice.randint(1, 3)))
        words.append(word + (dice.choice(ends) if dice.random() < 0.6 else ""))
    return _punctuated(dice, words)


def _punctuated(dice: random.Random, words: list[str]) -> str:
    if len(words) > 5 and dice.random() < 0.45:
        words[len(words) // 2] += dice.choice([",", ",", ";", "."])
    return " ".join(words).capitalize() + dice.choice("...?!")


# --- voices -----------------------------------------------------------------------------------------------------------


def flite(voice: str, text: str, stretch: float) -> tuple[np.ndarray, int, list[Phone]]:
    """float32 samples, their rate, and phones. Raises FileNotFoundError when flite is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.wav"
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "-t", text, "-o", str(file)]
        told = subprocess.run([*command, "-psdur"], capture_output=True, text=True, check=True).stdout
        with wave.open(str(file)) as opened:
            rate = opened.getframerate()
            samples = np.frombuffer(opened.readframes(opened.getnframes()), np.int16).astype(np.float32) / 32768
    phones, begin = [], 0.0
    for item in told.split():
        name, _, moment = item.rpartition(":")
        if not name:
            continue
        end, letters = float(moment), _ARPABET.get(name, "ə")
        step = (end - begin) / len(letters)
        phones += [Phone(begin + k * step, begin + (k + 1) * step, letter) for k, letter in enumerate(letters)]
        begin = end
    return samples, rate, phones


def espeak(voice: EspeakVoice, text: str) -> tuple[np.ndarray, int, list[Phone]]:
    """float32 samples, their rate, and phones; empty when nothing could be said."""
    frames = list(voice.speak(text, Generation().advance()))
    if not frames:
        return np.zeros(0, np.float32), voice.rate, []
    samples = np.concatenate([frame.samples for frame in frames])
    marks = [mark for frame in frames for mark in frame.marks if mark.kind == "phone"]
    return samples, voice.rate, phones_of(marks, samples, voice.rate)


def phones_of(marks: list[Mark], samples: np.ndarray, rate: int) -> list[Phone]:
    """Phones from marks. espeak-ng tells of p, t and k when they burst: here they begin with the silence before."""
    begins = [mark.at / rate for mark in marks]
    for number, mark in enumerate(marks):
        if mark.text in "ptkcq" and number:
            at = mark.at
            oldest = max(marks[number - 1].at + rate // 100, at - rate * 7 // 100)
            while at > oldest and abs(samples[at - 1]) < 1e-4:
                at -= 1
            begins[number] = at / rate
    ends = [*begins[1:], len(samples) / rate]
    found = [Phone(b, e, mark.text) for b, e, mark in zip(begins, ends, marks, strict=True)]
    return [Phone(0.0, begins[0], SILENCE), *found] if found and begins[0] > 0.01 else found


def clips_of_flite(seconds: float, held_out: bool, dice: random.Random) -> Iterator[Clip]:
    rare, made = dictionary(), 0.0
    while made < seconds:
        voice = HELD_OUT_FLITE if held_out else dice.choice(["slt", "slt", "awb", "awb", "kal16", "kal"])
        clip = _clip(f"flite {voice}", held_out, *flite(voice, english(dice, rare), dice.uniform(0.8, 1.3)))
        made += len(clip.samples) / RATE
        yield clip


def clips_of_espeak(seconds: float, held_out: bool, dice: random.Random) -> Iterator[Clip]:
    rare, made = dictionary(), 0.0
    while made < seconds:
        foreign = dice.random() < 0.5
        languages = [name for name in _LETTERS if (name in HELD_OUT_LANGUAGES) == held_out] if foreign else _ENGLISH
        timbres = [name for name in _TIMBRES if (name in HELD_OUT_TIMBRES) == held_out]
        language, timbre = dice.choice(languages), dice.choice(timbres)
        voice = EspeakVoice(
            f"{language}+{timbre}" if timbre else language,
            speed=dice.uniform(0.75, 1.35),
            pitch=2 ** dice.uniform(-0.5, 0.6),
            size=dice.uniform(0.84, 1.25),
            melody=dice.uniform(0.2, 2.0),
        )
        for _ in range(3):
            text = invented(dice, language) if language in _LETTERS else english(dice, rare)
            samples, rate, phones = espeak(voice, text)
            if len(phones) < 4 or len(samples) > 15 * rate:
                continue
            clip = _clip(f"espeak {language}+{timbre}", held_out, samples, rate, phones)
            made += len(clip.samples) / RATE
            yield clip


def _clip(voice: str, held_out: bool, samples: np.ndarray, rate: int, phones: list[Phone]) -> Clip:
    heard = soxr.resample(samples, rate, RATE) if rate != RATE else samples
    return Clip(voice, held_out, np.round(heard.clip(-1, 1) * 32767).astype(np.int16), tuple(phones))


def save(file: Path, clips: Iterator[Clip]) -> None:
    """Write a part of the speech; rows of plain values, so that reading needs nothing but this file."""
    kept = [(c.voice, c.held_out, c.samples, [(p.begin, p.end, p.text) for p in c.phones]) for c in clips]
    file.write_bytes(pickle.dumps(kept))
    print(f"{file.name}: {len(kept)} clips, {sum(len(row[2]) for row in kept) / RATE / 3600:.2f} hours", flush=True)


def load(file: Path) -> list[Clip]:
    """The clips that save() has written to a file (our own files: pickle runs what it reads)."""
    rows = pickle.loads(file.read_bytes())
    return [
        Clip(voice, held, samples, tuple(Phone(*phone) for phone in phones)) for voice, held, samples, phones in rows
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="folder for the speech")
    parser.add_argument("--flite", type=float, default=2.5, help="hours of flite")
    parser.add_argument("--espeak", type=float, default=5.0, help="hours of espeak-ng")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, make, hours in (("flite", clips_of_flite, options.flite), ("espeak", clips_of_espeak, options.espeak)):
        if not hours:
            continue
        dice = random.Random(f"{name} {options.seed}")
        save(options.out / f"{name}-held.clips", make(600, True, dice))
        parts = max(1, round(2 * hours))  # of half an hour, so that a run that is cut short has something to show
        for part in range(parts):
            save(options.out / f"{name}-{part:02}.clips", make(3600 * hours / parts, False, dice))


if __name__ == "__main__":
    main()
