"""What every portrait engine promises. A new engine joins by one line in PORTRAITS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engines.contract import (
    FPS,
    Anchors,
    AudioFrame,
    Cast,
    Generation,
    Mark,
    Portrait,
    PortraitStream,
    Problem,
    Segment,
    Ticket,
    frames_in,
)
from engines.portrait.builtin import BuiltinPortrait

SIZE = (320, 180)
PORTRAITS: dict[str, Callable[[], Portrait]] = {"builtin": lambda: BuiltinPortrait(size=SIZE)}


@cache
def face() -> tuple[np.ndarray, Anchors]:
    """A face drawn in a few strokes, and its points. Nothing below its eyes is dark but an open mouth."""
    picture = np.full((360, 640, 3), (120, 140, 165), np.uint8)
    picture = cv2.add(picture, np.random.default_rng(1).integers(0, 12, picture.shape, np.uint8))
    cv2.ellipse(picture, (320, 420), (190, 110), 0, 0, 360, (70, 110, 150), -1)
    cv2.rectangle(picture, (288, 250), (352, 335), (205, 160, 135), -1)
    cv2.ellipse(picture, (320, 135), (98, 112), 0, 0, 360, (150, 105, 75), -1)
    cv2.ellipse(picture, (320, 175), (82, 108), 0, 0, 360, (225, 180, 152), -1)
    for x in (286, 354):
        cv2.ellipse(picture, (x, 160), (17, 9), 0, 0, 360, (245, 245, 245), -1)
        cv2.circle(picture, (x, 160), 7, (40, 60, 90), -1)
        cv2.ellipse(picture, (x, 138), (18, 4), 0, 180, 360, (120, 80, 55), 4)
    cv2.ellipse(picture, (320, 228), (29, 10), 0, 0, 360, (200, 105, 105), -1)
    cv2.line(picture, (292, 228), (348, 228), (165, 80, 80), 1)
    points = {
        "left_eye_outer": (269, 160), "left_eye_top": (286, 151), "left_eye_inner": (303, 160),
        "left_eye_bottom": (286, 169), "right_eye_inner": (337, 160), "right_eye_top": (354, 151),
        "right_eye_outer": (371, 160), "right_eye_bottom": (354, 169), "left_brow": (286, 136),
        "right_brow": (354, 136), "nose_tip": (320, 200), "mouth_left": (291, 228), "mouth_right": (349, 228),
        "lip_top": (320, 218), "lip_seam": (320, 228), "lip_bottom": (320, 238), "chin": (320, 283),
        "jaw_left": (250, 232), "jaw_right": (390, 232), "crown": (320, 23),
    }  # fmt: skip
    return picture, Anchors({name: (float(x), float(y)) for name, (x, y) in points.items()})


def opening(frame: np.ndarray) -> int:
    """How many pixels of the lower face are as dark as the inside of a mouth."""
    height, width = frame.shape[:2]
    lower = frame[int(0.54 * height) : int(0.82 * height), int(0.40 * width) : int(0.60 * width)]
    return int((lower.max(axis=2) < 100).sum())


def voice(seconds: float, rate: int = 16000, *, syllables: float = 3.0, level: float = 0.4) -> np.ndarray:
    """A buzz with the formants of an ah that swells and fades like syllables: float32 (n,)."""
    time = np.arange(int(seconds * rate)) / rate
    sound = np.zeros(len(time))
    for harmonic in range(1, 28):
        hertz = 120 * harmonic
        if hertz < 0.45 * rate:
            gain = sum(1 / (1 + ((hertz - formant) / 120) ** 2) for formant in (730, 1150, 2500)) / harmonic**0.5
            sound += gain * np.sin(2 * np.pi * hertz * time)
    swell = np.clip(np.sin(2 * np.pi * syllables * time - 1.2), 0, 1)
    return (level * sound / np.abs(sound).max() * swell).astype(np.float32)


def cut(frame: AudioFrame, places: list[int]) -> list[AudioFrame]:
    """The same sound in pieces, marks with their samples."""
    edges = [0, *sorted(place % (len(frame.samples) + 1) for place in places), len(frame.samples)]
    return [
        AudioFrame(
            frame.samples[a:b],
            frame.rate,
            frame.at + a,
            tuple(mark for mark in frame.marks if frame.at + a <= mark.at < frame.at + b),
        )
        for a, b in pairwise(edges)
    ]


def say(stream: PortraitStream, *frames: AudioFrame) -> list[Segment]:
    """One whole utterance."""
    made: list[Segment] = []
    for frame in frames:
        made += stream.push(frame)
    return made + list(stream.finish())


def pictures(segments: list[Segment]) -> list[np.ndarray]:
    return [frame for segment in segments for frame in segment.frames]


def sound(segments: list[Segment]) -> np.ndarray:
    return np.concatenate([segment.audio.samples for segment in segments])


def change(a: np.ndarray, b: np.ndarray) -> float:
    """How much two pictures differ, as a viewer would notice: the largest difference over small patches."""
    difference = np.abs(a.astype(np.float32) - b.astype(np.float32)).mean(axis=2)
    return float(cv2.blur(difference, (7, 7)).max())


@pytest.fixture(params=PORTRAITS)
def portrait(request: pytest.FixtureRequest) -> Iterator[Portrait]:
    engine = PORTRAITS[request.param]()
    yield engine
    engine.close()


@pytest.fixture
def cast(portrait: Portrait) -> Cast:
    return portrait.prepare(*face())


@pytest.fixture
def ticket() -> Ticket:
    return Generation().advance()


# --- conservation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "samples"), [(8000, 3999), (16000, 16000), (22050, 10001), (24000, 961), (44100, 30000), (48000, 1)]
)
def test_every_sample_comes_out_once_and_in_order(cast: Cast, ticket: Ticket, rate: int, samples: int) -> None:
    given_sound = voice(samples / rate + 1, rate)[:samples]
    with cast.stream(ticket) as stream:
        segments = say(stream, *cut(AudioFrame(given_sound, rate, at=700), [333, 5000, 5001, 20000]))
    assert np.array_equal(sound(segments), given_sound)
    assert segments[0].audio.at == 700
    assert all(a.audio.end == b.audio.at for a, b in pairwise(segments))
    assert all(segment.audio.rate == rate for segment in segments)
    assert all(len(segment.frames) == frames_in(len(segment.audio.samples), rate) for segment in segments)
    assert all(len(segment.audio.samples) % (rate // FPS) == 0 for segment in segments[:-1])


def test_a_rate_that_no_frame_divides_loses_nothing(cast: Cast, ticket: Ticket) -> None:
    given_sound = voice(0.9, 11111)
    with cast.stream(ticket) as stream:
        segments = say(stream, *cut(AudioFrame(given_sound, 11111), [100, 4567]))
    assert np.array_equal(sound(segments), given_sound)
    assert len(pictures(segments)) == frames_in(len(given_sound), 11111)


def test_marks_leave_with_their_samples(cast: Cast, ticket: Ticket) -> None:
    marks = (Mark(10, "phrase", "aha"), Mark(10, "word", "aha"), Mark(3000, "phone", "a"), Mark(9599, "phone", "h"))
    with cast.stream(ticket) as stream:
        segments = say(stream, *cut(AudioFrame(voice(0.6), 16000, 0, marks), [2999, 3001, 7000]))
    assert tuple(mark for segment in segments for mark in segment.audio.marks) == marks
    for segment in segments:
        assert all(segment.audio.at <= mark.at < segment.audio.end for mark in segment.audio.marks)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.integers(0, 1_000_000), max_size=12),
    rate=st.sampled_from([8000, 16000, 22050]),
    spoken=st.booleans(),
)
def test_chunked_speech_gives_the_same_frames_as_whole_speech(
    cast: Cast, places: list[int], rate: int, spoken: bool
) -> None:
    samples = voice(0.7, rate)[:-37]
    marks = tuple(Mark(k * rate // 12, "phone", "bɑmɪsˈuː"[k]) for k in range(8) if k * rate // 12 < len(samples))
    frame = AudioFrame(samples, rate, 0, marks if spoken else ())
    ticket = Generation().advance()
    with cast.stream(ticket) as stream:
        whole = say(stream, frame)
    with cast.stream(ticket) as stream:
        chunked = say(stream, *cut(frame, places))
    assert [len(segment.frames) for segment in whole] == [len(segment.frames) for segment in chunked]
    assert all(np.array_equal(a, b) for a, b in zip(pictures(whole), pictures(chunked), strict=True))
    assert [segment.audio.marks for segment in whole] == [segment.audio.marks for segment in chunked]


def test_long_speech_in_small_pieces_is_the_same_as_in_one(cast: Cast, ticket: Ticket) -> None:
    frame = AudioFrame(voice(4.3), 16000, 0, tuple(Mark(k * 1600, "phone", "amu_p"[k % 5]) for k in range(40)))
    with cast.stream(ticket) as stream:
        whole = pictures(say(stream, frame))
    with cast.stream(ticket) as stream:
        chunked = pictures(say(stream, *cut(frame, list(range(0, 70000, 517)))))
    assert len(whole) == len(chunked)
    assert all(np.array_equal(a, b) for a, b in zip(whole, chunked, strict=True))


def test_several_utterances_and_idles_live_in_one_stream(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        for rate, seconds in ((16000, 0.5), (22050, 0.3), (16000, 0.1)):
            assert len(list(islice(stream.idle(), 3))) == 3
            samples = voice(seconds, rate)
            segments = say(stream, AudioFrame(samples, rate))
            assert np.array_equal(sound(segments), samples)
            assert len(pictures(segments)) == frames_in(len(samples), rate)


def test_nothing_said_is_nothing_shown(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        assert list(stream.finish()) == []
        assert say(stream, AudioFrame(np.zeros(0, np.float32), 16000)) == []
        assert len(pictures(say(stream, AudioFrame(voice(0.1), 16000)))) == 3


def test_sound_that_is_no_number_leaves_as_it_came_and_spoils_no_later_picture(cast: Cast, ticket: Ticket) -> None:
    broken = voice(0.4)
    broken[2000:2600] = np.nan
    broken[3000] = np.inf
    with cast.stream(ticket) as stream:
        segments = say(stream, AudioFrame(broken, 16000))
        assert np.array_equal(sound(segments), broken, equal_nan=True)
        for _ in range(2):  # and the face goes on living
            a, b = pictures(say(stream, AudioFrame(voice(0.4), 16000)))[-1], next(stream.idle())
            assert change(a, b) < 80


# --- frames -----------------------------------------------------------------------------------------------------------


def test_frames_have_the_promised_form(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        frames = [next(stream.idle()), *pictures(say(stream, AudioFrame(voice(0.2), 16000)))]
    assert cast.size == SIZE
    for frame in frames:
        assert frame.shape == (SIZE[1], SIZE[0], 3)
        assert frame.dtype == np.uint8
        assert not frame.flags.writeable


def test_the_background_stands_still(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        frames = [*islice(stream.idle(), 20), *pictures(say(stream, AudioFrame(voice(1.0), 16000)))]
    width = SIZE[0] // 12
    for side in (np.s_[:, :width], np.s_[:, -width:]):
        assert all(np.array_equal(frame[side], frames[0][side]) for frame in frames)


def test_the_face_answers_before_the_utterance_is_over(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        first = list(stream.push(AudioFrame(voice(0.2), 16000)))
        assert first
        assert len(first[0].frames) <= 2
        assert frames_in(len(sound(first)), 16000) >= 1
        long = list(stream.push(AudioFrame(voice(2.0), 16000, at=3200)))
        assert max(len(segment.frames) for segment in long) <= 5
        held = 3200 + 32000 - len(sound(first + long))
        assert held <= 0.3 * 16000  # the look-ahead and less than one segment
        list(stream.finish())


def test_a_listening_face_lives(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        frames = list(islice(stream.idle(), 6 * FPS))
    moving = [not np.array_equal(a, b) for a, b in pairwise(frames)]
    assert sum(moving) > 0.9 * len(moving)
    assert max(opening(frame) for frame in frames) <= 4


# --- lips -------------------------------------------------------------------------------------------------------------


def test_the_mouth_opens_with_the_voice(cast: Cast, ticket: Ticket) -> None:
    samples = voice(3.0, syllables=1.5)
    with cast.stream(ticket) as stream:
        list(islice(stream.idle(), 5))
        frames = pictures(say(stream, AudioFrame(samples, 16000)))
    gap = np.array([opening(frame) for frame in frames], float)
    loud = np.sqrt((samples.reshape(-1, 640) ** 2).mean(axis=1))
    assert np.corrcoef(gap, loud)[0, 1] > 0.6
    assert gap[loud > 0.5 * loud.max()].mean() > 10 + 5 * gap[loud < 0.01 * loud.max()].mean()


def test_silence_closes_the_lips(cast: Cast, ticket: Ticket) -> None:
    samples = np.concatenate([voice(0.8, syllables=1.2), np.zeros(16000, np.float32)])
    with cast.stream(ticket) as stream:
        frames = pictures(say(stream, AudioFrame(samples, 16000)))
    assert max(opening(frame) for frame in frames[:20]) > 15
    assert max(opening(frame) for frame in frames[-15:]) <= 4


@pytest.mark.parametrize("phone", ["p", "b", "m"])
def test_lips_meet_when_a_mark_says_so(cast: Cast, ticket: Ticket, phone: str) -> None:
    """The voice hums on without a pause: only the mark can tell."""
    rate, step = 16000, 16000 * 3 // 10
    time = np.arange(rate * 3) / rate
    samples = (0.3 * np.sign(np.sin(2 * np.pi * 130 * time))).astype(np.float32)
    marks: list[Mark] = []
    for k in range(10):
        marks += [Mark(900 + k * step, "phone", "ɑː"), Mark(900 + k * step + step * 2 // 3, "phone", phone)]
    with cast.stream(ticket) as stream:
        frames = pictures(say(stream, *cut(AudioFrame(samples, rate, 900, tuple(marks)), [5000, 31000])))
    closed = [min(opening(frame) for frame in frames[(k * step + step * 2 // 3) * FPS // rate :][:3]) for k in range(9)]
    opened = [max(opening(frame) for frame in frames[k * step * FPS // rate :][:6]) for k in range(9)]
    assert max(closed) <= 4
    assert min(opened[1:]) > 15


# --- interruption -----------------------------------------------------------------------------------------------------


def test_a_dead_ticket_ends_every_generator_early(cast: Cast) -> None:
    generation = Generation()
    ticket = generation.advance()
    with cast.stream(ticket) as stream:
        speaking = stream.push(AudioFrame(voice(4.0), 16000))
        idling = stream.idle()
        assert next(speaking)
        assert next(idling) is not None
        generation.advance()
        assert list(speaking) == []
        assert list(idling) == []
        assert list(stream.finish()) == []
        assert list(stream.idle()) == []


def test_a_face_goes_on_from_what_was_shown_without_a_jump(cast: Cast) -> None:
    generation = Generation()
    with cast.stream(generation.advance()) as stream:
        frames = pictures(say(stream, AudioFrame(voice(4.0), 16000)))
    ordinary = float(np.percentile([change(a, b) for a, b in pairwise(frames)], 99))
    for last in (9, 31, 57, 80):
        shown = [frame.copy() for frame in frames[last - 4 : last + 1]]  # they have been to another process
        with cast.stream(generation.advance()) as stream:
            stream.recondition(shown)
            listening = list(islice(stream.idle(), 10))
        assert change(shown[-1], listening[0]) <= 1.3 * ordinary
        assert max(change(a, b) for a, b in pairwise(listening)) <= 1.3 * ordinary
        with cast.stream(generation.advance()) as stream:
            stream.recondition(shown)
            again = pictures(say(stream, AudioFrame(voice(0.5), 16000)))
        assert change(shown[-1], again[0]) <= 1.3 * ordinary


def test_pictures_of_nobody_known_do_not_stop_the_face(cast: Cast, ticket: Ticket) -> None:
    strange = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    with cast.stream(ticket) as stream:
        before = list(islice(stream.idle(), 10))[-1]
        stream.recondition([strange])
        assert change(before, next(stream.idle())) < 60


def test_no_pictures_begin_afresh(cast: Cast, ticket: Ticket) -> None:
    with cast.stream(ticket) as stream:
        first = list(islice(stream.idle(), 5))
        stream.recondition([])
        assert all(np.array_equal(a, b) for a, b in zip(first, stream.idle(), strict=False))


# --- pictures that cannot be used -------------------------------------------------------------------------------------


def test_points_that_are_no_face_are_refused_with_a_remedy(portrait: Portrait) -> None:
    picture, anchors = face()
    upside_down = Anchors({name: (x, picture.shape[0] - y) for name, (x, y) in anchors.points.items()})
    with pytest.raises(Problem) as caught:
        portrait.prepare(picture, upside_down)
    assert caught.value.remedy


def test_a_picture_without_a_face_and_without_points_is_refused_with_a_remedy() -> None:
    with pytest.raises(Problem) as caught:
        PORTRAITS["builtin"]().prepare(np.full((180, 320, 3), 90, np.uint8))
    assert "face" in caught.value.what
    assert "anchors.json" in caught.value.remedy


def test_a_portrait_without_points_is_looked_at() -> None:
    file = Path(__file__).resolve().parents[2] / "assets" / "personas" / "mara" / "portrait.png"
    picture = np.asarray(Image.open(file).convert("RGB"))
    assert PORTRAITS["builtin"]().prepare(picture).size == SIZE
