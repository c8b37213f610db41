"""What every voice promises. A new one joins by adding its name to VOICES."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.contract import FPS, AudioFrame, Generation, Mark, Problem, Ticket, Voice
from engines.sound import SampleQueue
from engines.voices import espeak, piper
from engines.voices.delivery import level_of
from engines.voices.espeak import EspeakVoice
from engines.voices.phones import SILENCE, letters
from engines.voices.piper import PiperVoice
from engines.voices.text import CLAUSE_PAUSE, LONGEST_CLAUSE, SENTENCE_PAUSE, clauses, speakable
from tests.models.piper import FRAMES_PER_ID, HOP, make

VOICES = ("espeak", "piper-tiny")

GREETING = "Good morning everybody, this is a test of the voice."
AWKWARD = [
    GREETING,
    "Of the people, by the people: Dr. Smith paid $20 in 1999.",
    "Das naïve Café öffnet — schön! Œuvre, façade, señor.",
    "It's 20°C & sunny; see https://www.example.com/a?b=c (really).",
    "**Bold** words, `code_like` ones and a [link](http://x.y/z) 🙂🙂 end here",
    "J. R. R. Tolkien said: “Stop!” he did... Why?",
    "no",
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("piper"))


@pytest.fixture(scope="module")
def open_voice(tiny) -> Callable[..., Voice]:
    """Opens a voice by name at a speed."""

    def open_one(name: str, speed: float = 1.0) -> Voice:
        return EspeakVoice("en-us", speed=speed) if name == "espeak" else PiperVoice(tiny, speed=speed)

    return open_one


@pytest.fixture(scope="module", params=VOICES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def voice(name, open_voice):
    opened = open_voice(name)
    yield opened
    opened.close()


def ticket() -> Ticket:
    return Generation().advance()


def say(voice: Voice, text: str) -> AudioFrame:
    """The whole phrase as one frame. The queue refuses gaps and changes of rate."""
    queue = SampleQueue()
    for frame in voice.speak(text, ticket()):
        queue.put(frame)
    return queue.take(len(queue)) if len(queue) else AudioFrame(np.zeros(0, np.float32), voice.rate)


def texts_of(kind: str, marks: Iterable[Mark]) -> list[str]:
    return [mark.text for mark in marks if mark.kind == kind]


def spoken_letters(frame: AudioFrame) -> str:
    return "".join(texts_of("phone", frame.marks)).replace(SILENCE, "")


def pitches_of(frame: AudioFrame) -> list[float]:
    """Fundamentals in Hz, by autocorrelation of the loud stretches of 40 ms."""
    size = frame.rate // 25
    found = []
    for begin in range(0, len(frame.samples) - size, size):
        piece = frame.samples[begin : begin + size]
        if np.sqrt(np.mean(piece**2)) < 0.07:
            continue
        echo = np.correlate(piece, piece, "full")[size - 1 :]
        shortest = frame.rate // 400
        found.append(frame.rate / (shortest + int(np.argmax(echo[shortest : frame.rate // 60]))))
    return found


def pitch_of(frame: AudioFrame) -> float:
    return float(np.median(pitches_of(frame)))


def envelope_of(frame: AudioFrame) -> np.ndarray:
    """Log power over 400 logarithmic steps from 400 to 6000 Hz, the mean of the phrase, smoothed."""
    size = 1024
    pieces = np.lib.stride_tricks.sliding_window_view(frame.samples, size)[::256] * np.hanning(size)
    power = np.mean(np.abs(np.fft.rfft(pieces, 4 * size)) ** 2, axis=0)
    wanted = np.geomspace(400, 6000, 400)
    levels = np.log(np.interp(wanted, np.fft.rfftfreq(4 * size, 1 / frame.rate), power))
    return np.convolve(np.pad(levels, 10, "edge"), np.ones(21) / 21, "valid")


def throat_of(frame: AudioFrame, reference: AudioFrame) -> float:
    """How much longer the throat is than in the reference: the shift that makes the two envelopes alike."""
    here, there = envelope_of(frame), envelope_of(reference)
    likeness = {k: np.corrcoef(here[60:340], there[60 + k : 340 + k])[0, 1] for k in range(-60, 61)}
    return float(15 ** (max(likeness, key=lambda k: likeness[k]) / 399))


def tone_at(frame: AudioFrame, mark: Mark) -> float:
    """The loudest frequency in Hz while the first phoneme id of a phone lasts, in the tiny voice."""
    piece = frame.samples[mark.at + 100 : mark.at + FRAMES_PER_ID * HOP - 100]
    size = 1 << 14
    return float(np.argmax(np.abs(np.fft.rfft(piece * np.hanning(len(piece)), size)))) * frame.rate / size


class Fading:
    """A ticket that dies after so many looks, and counts them."""

    def __init__(self, looks: int) -> None:
        self.left, self.looks = looks, 0

    @property
    def alive(self) -> bool:
        self.looks += 1
        self.left -= 1
        return self.left >= 0


# --- sound and numbering ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", AWKWARD)
def test_numbering_starts_at_zero_and_is_continuous(voice, text):
    expected = 0
    for frame in voice.speak(text, ticket()):
        assert frame.at == expected
        assert frame.rate == voice.rate
        assert 0 < len(frame.samples) <= voice.rate // 8, "frames are short, so that a cancelled phrase ends soon"
        expected = frame.end
    assert expected > voice.rate // 10


@pytest.mark.parametrize("text", AWKWARD)
def test_sound_is_float32_inside_minus_one_and_one(voice, text):
    for frame in voice.speak(text, ticket()):
        assert frame.samples.dtype == np.float32
        assert frame.samples.ndim == 1
        assert np.abs(frame.samples).max() < 1.0


def test_speech_is_at_twenty_decibels_below_full_scale(voice):
    heard = say(voice, "However loud the engine is, a listener never reaches for the volume.")
    assert 20 * np.log10(level_of(heard.samples, heard.rate)) == pytest.approx(-20, abs=1.5)


def test_speech_begins_at_once_and_a_phrase_ends_with_a_pause_of_its_own(voice):
    for text, pause in (("This is the end.", SENTENCE_PAUSE), ("This goes on,", CLAUSE_PAUSE)):
        heard = say(voice, text)
        loud = np.flatnonzero(np.abs(heard.samples) > 1e-3)
        assert loud[0] < 0.05 * heard.rate
        assert pause <= (len(heard.samples) - loud[-1]) / heard.rate < pause + 0.06


@pytest.mark.parametrize(
    "text", ["", " \n ", "...", "?!", "🙂🎉👍🏽", "** --- **", "-- (…) —", "```\n```", "\x00\x07\u200b"]
)
def test_text_without_anything_to_say_gives_nothing(voice, text):
    assert list(voice.speak(text, ticket())) == []


@given(text=st.text(alphabet=".,;:!?-–—…*_~`|#()[]{}\"'“” \n\t🙂🎉\u200d\ufe0f", max_size=30))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_punctuation_and_emoji_alone_never_make_a_sound(voice, text):
    assert list(voice.speak(text, ticket())) == []


@given(text=st.text(max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all_is_spoken_or_skipped_but_never_breaks_a_voice(voice, text):
    end = 0
    for frame in voice.speak(text, ticket()):
        assert frame.at == end
        assert np.isfinite(frame.samples).all()
        assert np.abs(frame.samples).max() < 1.0
        assert all(frame.at <= mark.at < frame.end for mark in frame.marks)
        end = frame.end


def test_a_very_long_text_comes_out_whole_and_in_pieces(voice):
    text = ", ".join(f"item {number} is neither short nor important" for number in range(30)) + "."
    heard = say(voice, text)
    assert texts_of("word", heard.marks) == text.split()
    assert heard.seconds > 30


def test_a_text_without_punctuation_does_not_make_the_listener_wait_for_its_end(voice):
    text = "and so it went on " * 30
    assert max(len(clause.text) for clause in clauses(speakable(text))) <= LONGEST_CLAUSE + len("went ")
    assert texts_of("word", say(voice, text).marks) == text.split()


def test_a_word_of_three_thousand_letters_is_survived(voice):
    assert texts_of("word", say(voice, "x" * 3000).marks) == ["x" * 3000]


@pytest.mark.parametrize("speed", [0.6, 1.5])
def test_speed_changes_the_duration_by_its_factor(voice, name, open_voice, speed):
    text = "Seven lazy dogs are sleeping under the old wooden table"
    speech = [len(say(each, text).samples) - SENTENCE_PAUSE * each.rate for each in (voice, open_voice(name, speed))]
    assert speech[0] / speech[1] == pytest.approx(speed, rel=0.2)


# --- marks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", AWKWARD)
def test_marks_are_in_order_and_inside_their_frames(voice, text):
    latest = 0
    for frame in voice.speak(text, ticket()):
        for mark in frame.marks:
            assert frame.at <= mark.at < frame.end
            assert mark.at >= latest
            latest = mark.at


@pytest.mark.parametrize("text", AWKWARD)
def test_every_word_is_marked_once_in_order_as_it_is_written(voice, text):
    assert texts_of("word", say(voice, text).marks) == speakable(text).split()


def test_words_of_plain_text_keep_their_punctuation(voice):
    assert texts_of("word", say(voice, GREETING).marks) == GREETING.split()


@pytest.mark.parametrize("text", AWKWARD)
def test_each_phone_is_one_letter_or_silence(voice, text):
    phones = texts_of("phone", say(voice, text).marks)
    assert phones
    assert all(phone == SILENCE or (len(phone) == 1 and letters(phone) == phone) for phone in phones)
    assert all(not first == second == SILENCE for first, second in pairwise(phones)) or "," in text or "." in text


@pytest.mark.parametrize("text", [GREETING, "Please open the window and close the door behind you."])
def test_all_phones_that_espeak_names_for_a_text_are_marked(voice, text):
    from piper.phonemize_espeak import EspeakPhonemizer

    expected = letters("".join("".join(sentence) for sentence in EspeakPhonemizer().phonemize("en-us", text)))
    assert spoken_letters(say(voice, text)) == expected


def test_every_word_has_phones_of_its_own(voice):
    marks = [mark for mark in say(voice, "Please open this window now").marks if mark.text != SILENCE]
    words = [index for index, mark in enumerate(marks) if mark.kind == "word"]
    assert words[0] == 0
    for here, following in pairwise([*words, len(marks)]):
        assert following - here > 1, f"no phone in {marks[here].text}"


def test_the_mouth_is_told_to_close_when_the_sound_stops(voice):
    heard = say(voice, "One moment, please.")
    pause = round(SENTENCE_PAUSE * heard.rate)
    assert np.abs(heard.samples[-pause:]).max() == 0
    last = [mark for mark in heard.marks if mark.kind == "phone"][-1]
    assert last.text == SILENCE
    assert len(heard.samples) - pause - 0.15 * heard.rate < last.at <= len(heard.samples) - pause


def test_the_phone_marks_of_espeak_lie_on_their_sounds():
    heard = say(EspeakVoice("en-us"), "Sam saw six sad socks, and a father on a calm farm sought a saw.")
    phones = [mark for mark in heard.marks if mark.kind == "phone"]
    centres: dict[str, list[float]] = {"s": [], "ɑ": [], "æ": []}
    for mark, following in pairwise(phones):
        if mark.text in centres and following.at - mark.at > 800:
            middle = (mark.at + following.at) // 2
            power = np.abs(np.fft.rfft(heard.samples[middle - 200 : middle + 200])) ** 2
            frequencies = np.fft.rfftfreq(400, 1 / heard.rate)
            centres[mark.text].append(float((power * frequencies).sum() / power.sum()))
    assert min(map(len, centres.values())) >= 2
    assert np.median(centres["s"]) > 3500
    assert np.median(centres["ɑ"]) < 1500
    assert np.median(centres["æ"]) < 2000


def test_the_phone_marks_of_piper_lie_on_their_tones(tiny):
    table = json.loads(Path(f"{tiny}.json").read_text(encoding="utf-8"))["phoneme_id_map"]
    heard = say(PiperVoice(tiny), "Many mild men may make money")
    phones = [mark for mark in heard.marks if mark.kind == "phone" and mark.text != SILENCE]
    assert len(phones) > 15
    # A stressed phone begins with the tone of its stress, a phoneme and a pad earlier.
    stress = 110 + table["ˈ"][0] % 40 * 8
    for mark in phones:
        tone = tone_at(heard, mark)
        assert min(abs(tone - (110 + table[mark.text][0] % 40 * 8)), abs(tone - stress)) < 25, mark


# --- interruption -----------------------------------------------------------------------------------------------------


def test_a_dead_ticket_says_nothing(voice):
    generation = Generation()
    old = generation.advance()
    generation.advance()
    assert list(voice.speak(GREETING, old)) == []


def test_not_one_frame_comes_after_the_ticket_died(voice):
    generation = Generation()
    frames = []
    for frame in voice.speak(GREETING * 20, generation.advance()):
        frames.append(frame)
        if len(frames) == 3:
            generation.advance()
    assert len(frames) == 3


@pytest.mark.parametrize("looks", [1, 2, 5, 9])
def test_an_engine_stops_working_once_it_has_seen_that_the_ticket_is_dead(voice, looks):
    fading = Fading(looks)
    list(voice.speak("This is one long clause with many words and no pause at all anywhere in it " * 3, fading))
    assert fading.looks <= looks + 4, "it went on making sound that nobody wanted"


@pytest.mark.parametrize("looks", [1, 3, 6, 12])
def test_the_phrase_after_a_cancelled_one_is_unaffected(voice, looks):
    before = say(voice, GREETING)
    list(voice.speak("Something else entirely, which nobody hears to its end. " * 5, Fading(looks)))
    after = say(voice, GREETING)
    assert texts_of("word", after.marks) == texts_of("word", before.marks)
    assert texts_of("phone", after.marks) == texts_of("phone", before.marks)
    assert len(after.samples) == pytest.approx(len(before.samples), rel=0.03)


def test_a_phrase_left_in_the_middle_does_not_block_the_next(voice):
    abandoned = voice.speak(GREETING * 3, ticket())
    next(abandoned)
    assert texts_of("word", say(voice, GREETING).marks) == GREETING.split()
    assert next(abandoned).at > 0


# --- one process, many voices -----------------------------------------------------------------------------------------


def test_voices_that_alternate_keep_their_own_settings():
    pair = [EspeakVoice("en-us+f5", speed=1.4), EspeakVoice("en-us", speed=0.8, pitch=0.7)]
    alone = [say(each, GREETING) for each in pair]
    streams = [each.speak(GREETING, ticket()) for each in pair]
    queues = [SampleQueue(), SampleQueue()]
    running = [True, True]
    while any(running):
        for index in (0, 1):
            frame = next(streams[index], None)
            running[index] = frame is not None
            if frame is not None:
                queues[index].put(frame)
    mixed = [queue.take(len(queue)) for queue in queues]
    for before, after in zip(alone, mixed, strict=True):
        assert len(after.samples) == pytest.approx(len(before.samples), rel=0.03)
        assert pitch_of(after) == pytest.approx(pitch_of(before), rel=0.05)
    assert len(alone[1].samples) > 1.3 * len(alone[0].samples)
    assert pitch_of(alone[0]) > 1.3 * pitch_of(alone[1])


def test_pitch_is_a_factor_on_the_natural_pitch():
    low, plain, high = (pitch_of(say(EspeakVoice("en-us", pitch=pitch), GREETING)) for pitch in (0.7, 1.0, 1.4))
    assert low / plain == pytest.approx(0.7, rel=0.15)
    assert high / plain == pytest.approx(1.4, rel=0.15)


@pytest.mark.parametrize("size", [0.85, 1.15])
def test_a_bigger_speaker_has_a_longer_throat_at_the_same_pitch_and_pace(size):
    text = "Please leave the meeting room before eleven, we are really busy today."
    plain, other = (say(EspeakVoice("en-us", size=factor), text) for factor in (1.0, size))
    assert other.rate % FPS == 0
    assert other.seconds == pytest.approx(plain.seconds, rel=0.08)
    assert pitch_of(other) == pytest.approx(pitch_of(plain), rel=0.08)
    assert throat_of(other, plain) == pytest.approx(size, rel=0.04)


def test_less_melody_is_a_flatter_voice():
    flat, lively = (say(EspeakVoice("en-us", melody=melody), GREETING) for melody in (0.0, 1.5))
    spans = [np.subtract(*np.percentile(pitches_of(heard), [80, 20])) for heard in (flat, lively)]
    assert spans[0] < 0.5 * spans[1]


def test_piper_and_espeak_alternate_in_one_process(tiny):
    first = EspeakVoice("en-us+m3")
    before = say(first, GREETING)
    other = PiperVoice(tiny)  # initializes the library that both share once more
    foreign = say(other, GREETING)
    german = EspeakVoice("de")
    for _ in range(3):
        say(german, "Guten Morgen")
        assert spoken_letters(say(other, GREETING)) == spoken_letters(foreign)
        again = say(first, GREETING)
        assert texts_of("phone", again.marks) == texts_of("phone", before.marks)
        assert len(again.samples) == pytest.approx(len(before.samples), rel=0.03)


def test_a_common_name_of_british_english_is_understood():
    assert spoken_letters(say(EspeakVoice("en-gb"), "water")) == "wɔtə"
    assert spoken_letters(say(EspeakVoice("en-us"), "water")) == "wɔɾɚ"


# --- Piper's files ----------------------------------------------------------------------------------------------------


def test_a_piper_voice_without_durations_still_marks_its_words(tmp_path):
    heard = say(PiperVoice(make(tmp_path, aligned=False)), GREETING)
    assert texts_of("word", heard.marks) == GREETING.split()
    assert texts_of("phone", heard.marks) == []


def test_a_speaker_of_a_piper_voice_can_be_chosen(tmp_path):
    model = make(tmp_path, speakers=3)
    tones = []
    for number in (0, 2):
        heard = say(PiperVoice(model, speaker=number), "me")
        tones.append(tone_at(heard, next(mark for mark in heard.marks if mark.text == "m")))
    assert tones[1] / tones[0] == pytest.approx(1.25**2, rel=0.05)
    with pytest.raises(Problem, match="has no speaker 3"):
        PiperVoice(model, speaker=3)


def test_a_piper_voice_may_have_any_sample_rate(tmp_path):
    heard = say(PiperVoice(make(tmp_path, rate=16000)), GREETING)
    assert heard.rate == 16000
    assert texts_of("word", heard.marks) == GREETING.split()


def test_a_phoneme_that_a_piper_voice_does_not_know_takes_no_time_and_no_marks_are_lost(tmp_path):
    model = make(tmp_path)
    place = Path(f"{model}.json")
    table = json.loads(place.read_text(encoding="utf-8"))
    del table["phoneme_id_map"]["ð"]
    place.write_text(json.dumps(table), encoding="utf-8")
    heard = say(PiperVoice(model), GREETING)
    assert "ð" in spoken_letters(heard)
    assert texts_of("word", heard.marks) == GREETING.split()


def test_a_piper_voice_that_reads_letters_instead_of_phones_marks_its_words(tmp_path):
    model = make(tmp_path)
    place = Path(f"{model}.json")
    place.write_text(place.read_text(encoding="utf-8").replace('"espeak",', '"text",'), encoding="utf-8")
    for text in ("good morning, all of you", "it is 5 or 6, OK"):
        assert texts_of("word", say(PiperVoice(model), text).marks) == text.split()


def _no_model(folder: Path) -> Path:
    return folder / "nothing.onnx"


def _no_settings(folder: Path) -> Path:
    model = make(folder)
    Path(f"{model}.json").unlink()
    return model


def _broken_settings(folder: Path) -> Path:
    model = make(folder)
    Path(f"{model}.json").write_text("{", encoding="utf-8")
    return model


def _foreign_settings(folder: Path) -> Path:
    model = make(folder)
    Path(f"{model}.json").write_text('{"name": "something else"}', encoding="utf-8")
    return model


def _broken_model(folder: Path) -> Path:
    model = make(folder)
    model.write_bytes(b"this is not a model" * 50)
    return model


def _cut_model(folder: Path) -> Path:
    model = make(folder)
    model.write_bytes(model.read_bytes()[:1500])
    return model


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_no_model, "nothing.onnx is missing"),
        (_no_settings, "no settings file tiny.onnx.json"),
        (_broken_settings, "not one of a Piper voice"),
        (_foreign_settings, "not one of a Piper voice"),
        (_broken_model, "not a Piper voice, or it is damaged"),
        (_cut_model, "not a Piper voice, or it is damaged"),
    ],
)
def test_a_broken_piper_voice_is_one_sentence_and_its_remedy(tmp_path, spoil, sentence):
    with pytest.raises(Problem, match=sentence) as caught:
        PiperVoice(spoil(tmp_path))
    assert caught.value.remedy


def test_probing_tells_what_is_missing_without_opening(tmp_path, tiny):
    assert piper.probe(tiny) is None
    assert "nothing.onnx is missing" in (piper.probe(_no_model(tmp_path)) or "")
    assert "no settings file" in (piper.probe(_no_settings(tmp_path)) or "")
    assert espeak.probe() is None


@pytest.mark.parametrize("variant", ["nowhere", "en-us+nobody", "", "en-us+../../x"])
def test_an_unknown_espeak_voice_is_one_sentence_and_its_remedy(variant):
    with pytest.raises(Problem, match="does not exist") as caught:
        EspeakVoice(variant)
    assert "en-us" in caught.value.remedy


# --- text -------------------------------------------------------------------------------------------------------------

_SCRIBBLE = string.ascii_letters[:6] + "AB12 .,;:!?-–—→*_`~|^\\#>[](){}<>/&+=%@$'\"\n…🙂:httpw.mr"


@given(text=st.one_of(st.text(max_size=60), st.text(alphabet=_SCRIBBLE, max_size=60)))
@settings(max_examples=300, deadline=None)
def test_cleaned_text_is_stable_and_clauses_keep_every_word(text):
    cleaned = speakable(text)
    assert speakable(cleaned) == cleaned
    assert cleaned == " ".join(cleaned.split())
    for shortest in (0, 24):
        parts = clauses(cleaned, shortest)
        assert [word for part in parts for word in part.words] == cleaned.split()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("# Title\n\nHello *world*, see `this`.", "Title. Hello world, see this."),
        ("- one\n- two\n* three", "one. two. three"),
        ("See [the docs](https://a.b/c?d=e#f), or https://www.foo.org/x.html!", "See the docs, or foo.org"),
        ("a <br/> b <!-- c --> d", "a b d"),
        ("```python\nprint(1)\n```", "print(1)."),
        ("well — yes -> no", "well, yes, no"),
        ("pages 5–6", "pages 5-6"),
        ("Dr. Smith & Mr. Jones", "Dr Smith & Mr Jones"),
        ("wow!!! really?!?", "wow! really?"),
        ("👍🏽 fine 1️⃣", "fine 1"),
        ("don’t “quote” me", 'don\'t "quote" me'),
        ("日本語。テスト！", "日本語. テスト!"),
        ("Guten Tag, schön!", "Guten Tag, schön!"),
        ("[[h@l'oU]]", "((h@l'oU))"),
    ],
)
def test_markup_is_not_read_aloud(written, said):
    assert speakable(written) == said


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("Well, yes. Why?", [CLAUSE_PAUSE, SENTENCE_PAUSE, SENTENCE_PAUSE]),
        ("J. R. R. Tolkien, e.g. here", [CLAUSE_PAUSE, SENTENCE_PAUSE]),
        ('"Stop!" she said', [CLAUSE_PAUSE, SENTENCE_PAUSE]),
        ("It costs 3.50 at 3:30", [SENTENCE_PAUSE]),
        ("1. first 2. second", [SENTENCE_PAUSE, SENTENCE_PAUSE]),
    ],
)
def test_a_speaker_breathes_at_punctuation_and_nowhere_else(text, pauses):
    assert [part.pause for part in clauses(text)] == pauses
