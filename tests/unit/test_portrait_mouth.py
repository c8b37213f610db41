"""What the mouth promises: phones and sounds choose shapes, and shapes move the lips of a picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.contract import FPS
from engines.portrait.ear import HOPS, Ear, loudness, shape
from engines.portrait.rig import MOUTH, REST, Rig, mouth
from engines.portrait.visemes import Phone, blend, ceiling, visemes_of
from tests.unit.test_portrait_picture import painter


def weight(row: np.ndarray, name: str) -> float:
    return float(row[MOUTH.index(name)])


def sung(rate: int, formants: tuple[tuple[float, float], ...], *, pitch: float = 125, level: float = 0.2) -> np.ndarray:
    """One window of a buzz through resonances (hertz, gain): float32."""
    time = np.arange(Ear(rate).length) / rate
    sound = np.zeros(len(time))
    for k in range(1, int(0.46 * rate / pitch)):
        gain = sum(much / (1 + ((k * pitch - hertz) / 90) ** 2) for hertz, much in formants) / k**0.5
        sound += gain * np.sin(2 * np.pi * k * pitch * time + k * k)
    return (level * sound / np.sqrt((sound**2).mean())).astype(np.float32)


AH = ((750, 1.0), (1150, 0.6), (2500, 0.15))
EE = ((290, 1.0), (2250, 0.7), (2900, 0.4))
OO = ((320, 1.0), (800, 0.35), (2300, 0.01))
MM = ((230, 1.0), (900, 0.004), (2300, 0.0005))


def heard(samples: np.ndarray, rate: int) -> np.ndarray:
    ear = Ear(rate)
    found = ear.hear(samples)
    return shape(found, loudness(found.level, -14))


# --- sounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_each_vowel_has_its_mouth_at_every_rate(rate: int) -> None:
    ah, ee, oo = (heard(sung(rate, formants), rate) for formants in (AH, EE, OO))
    assert weight(ah, "open") > 0.7
    assert weight(ah, "open") > 2 * weight(ee, "open")
    assert weight(ah, "open") > 2 * weight(oo, "open")
    assert weight(ee, "wide") > 0.4
    assert weight(ee, "round") < 0.1
    assert weight(oo, "round") > 0.4
    assert weight(oo, "wide") < 0.1


def test_a_hum_closes_the_lips() -> None:
    row = heard(sung(16000, MM, level=0.06), 16000)
    assert weight(row, "press") > 0.4
    assert weight(row, "open") < 0.1


def test_a_hiss_shows_the_teeth_and_keeps_the_jaw_up() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, Ear(16000).length)
    hiss = np.diff(noise, n=3, prepend=[0, 0, 0]).astype(np.float32) * 0.3
    row = heard(hiss, 16000)
    assert weight(row, "lift") > 0.15
    assert weight(row, "depress") > 0.15
    assert weight(row, "open") < 0.25


@pytest.mark.parametrize("level", [0.0, 1e-5, 1e-3])
def test_silence_and_the_noise_of_a_room_are_a_resting_mouth(level: float) -> None:
    noise = np.random.default_rng(0).normal(0, 1, Ear(16000).length).astype(np.float32) * np.float32(level)
    assert np.array_equal(heard(noise, 16000), REST)


def test_the_mouth_opens_wider_for_a_louder_voice() -> None:
    rows = [heard(sung(16000, AH, level=level), 16000) for level in (0.02, 0.06, 0.2)]
    openings = [weight(row, "open") for row in rows]
    assert openings == sorted(openings)
    assert openings[0] < 0.75 * openings[-1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_no_sound_breaks_the_ear(bad: float) -> None:
    samples = sung(16000, AH)
    samples[10:20] = bad
    row = heard(samples, 16000)
    assert np.isfinite(row).all()
    assert (row >= 0).all()
    assert (row <= 1.2).all()


def test_a_window_reaches_no_further_than_the_look_ahead() -> None:
    for rate in (8000, 11025, 16000, 22050, 44100, 48000):
        assert Ear(rate).length / rate <= 2 / HOPS + 1e-9


# --- phones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phone",
    [
        *"pbmfvθðtdszʃʒkɡgŋnlɹwjhɪɛæɒʊʌəɐyøœxçʁɲɨ",
        *("tʃ", "dʒ", "iː", "eɪ", "ɑː", "ɔː", "oʊ", "əʊ", "uː", "ɜː", "aɪ", "aʊ", "ɔɪ"),
    ],
)
def test_every_phone_of_our_voices_has_a_shape(phone: str) -> None:
    shapes = visemes_of(phone)
    assert 1 <= len(shapes) <= 2
    assert all((shape.mouth >= 0).all() and (shape.mouth <= 1).all() for shape in shapes)


def test_pauses_have_no_shape_and_strange_letters_a_small_one() -> None:
    assert all(visemes_of(text) == () for text in ("", "_", " ", "ː", "ˈ", "."))
    assert 0 < weight(visemes_of("ж")[0].mouth, "open") < 0.5


def test_length_stress_and_tone_change_nothing() -> None:
    assert visemes_of("ˈɑː") == visemes_of("ɑ")
    assert visemes_of("ã") == visemes_of("a")


def test_a_phone_rules_its_own_middle_and_shares_its_ends() -> None:
    phones = [Phone(0.0, 0.2, "ɑ"), Phone(0.2, 0.4, "u")]
    inside, explained = blend(phones, 0.1)
    assert explained > 0.99
    assert weight(inside, "open") > 0.9 * weight(visemes_of("ɑ")[0].mouth, "open")
    between, _ = blend(phones, 0.2)
    assert weight(inside, "round") < 0.15 < weight(between, "round") < weight(blend(phones, 0.3)[0], "round")


def test_rounding_is_seen_before_it_is_heard() -> None:
    phones = [Phone(0.0, 0.2, "t"), Phone(0.2, 0.4, "u")]
    assert weight(blend(phones, 0.16)[0], "round") > 0.2 > weight(blend(phones, 0.02)[0], "round")


def test_far_from_every_phone_the_ear_decides() -> None:
    assert blend([Phone(0.0, 0.1, "a")], 0.5)[1] < 0.01
    assert blend([], 0.5)[1] == 0.0


@pytest.mark.parametrize("phone", ["p", "b", "m"])
@pytest.mark.parametrize("length", [0.015, 0.03, 0.08])
def test_every_closure_closes_a_picture_however_short_it_is(phone: str, length: float) -> None:
    for start in np.arange(0.2, 0.3, 0.003):
        phones = [Phone(0.0, start, "a"), Phone(start, start + length, phone), Phone(start + length, 0.6, "a")]
        ceilings = [ceiling(phones, k / FPS, (k + 1) / FPS) for k in range(15)]
        assert min(ceilings) == 0.0
        assert ceilings.count(0.0) <= length * FPS + 2


def test_f_and_s_keep_the_teeth_together() -> None:
    assert 0 < ceiling([Phone(0, 0.1, "f")], 0.04, 0.08) < 0.2
    assert 0 < ceiling([Phone(0, 0.1, "s")], 0.04, 0.08) < 0.3
    assert ceiling([Phone(0, 0.1, "a")], 0.04, 0.08) == 1.0


# --- light on the skin ------------------------------------------------------------------------------------------------


def test_a_smile_and_an_open_jaw_shade_the_cheeks_softly_and_not_the_teeth() -> None:
    picture = painter()
    plain = picture.mouth._shade
    for row, most in ((mouth(smile=1), 12), (mouth(open=0.9), 14)):
        shaded = picture.draw(Rig(row)).astype(int)
        picture.mouth._shade = lambda weights, out: None
        try:
            bare = picture.draw(Rig(row)).astype(int)
        finally:
            picture.mouth._shade = plain
        change = np.abs(shaded - bare).max(axis=2)
        percent = 100 * change.max() / 225
        assert 2 < percent < most
        inside = cv2.erode((bare.max(axis=2) < 90).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert change[inside].sum() == 0
        assert change[:185].max() == 0
