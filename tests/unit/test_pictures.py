"""What may be wrong with a photo: each either works or is one clear sentence with its remedy."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from app.cli import main
from app.personas import LARGEST_PICTURE, read_anchors, read_picture
from engines.contract import Anchors, Generation, Problem
from engines.portrait.builtin import BuiltinPortrait
from tests.contract.test_portrait import face

SIZE = (320, 180)


def portrait(side: int = 640) -> Image.Image:
    """The drawn face, `side` pixels wide."""
    picture, _ = face()
    return Image.fromarray(picture).resize((side, side * 9 // 16), Image.Resampling.BICUBIC)


@cache
def vast() -> Image.Image:
    """The drawn face 12,000 pixels wide, in large even squares that pack quickly."""
    return portrait().resize((12_000, 6750), Image.Resampling.NEAREST)


def with_anchors(file: Path, *, scale: float = 1.0) -> Path:
    """Write the drawn face's points beside a picture that is so many times as large as face()."""
    points = {name: [x * scale, y * scale] for name, (x, y) in face()[1].points.items()}
    file.with_name(f"{file.stem}.anchors.json").write_text(json.dumps({"points": points}))
    return file


def shown(file: Path) -> np.ndarray:
    """A picture file as a cast shows it: its first listening frame."""
    cast = BuiltinPortrait(size=SIZE).prepare(read_picture(file), read_anchors(file))
    with cast.stream(Generation().advance()) as stream:
        return next(stream.idle())


def expected() -> np.ndarray:
    """The same of the drawn face itself."""
    picture, anchors = face()
    with BuiltinPortrait(size=SIZE).prepare(picture, anchors).stream(Generation().advance()) as stream:
        return next(stream.idle())


def unlike(a: np.ndarray, b: np.ndarray) -> float:
    """Mean difference of two pictures, 0 to 255."""
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b).mean())


def png(width: int, height: int) -> bytes:
    """A grey PNG of any size, written row by row; it takes little room."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(1)
    row = b"\0" + b"\x80" * width
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """An evenly grey JPEG of any size. Its blocks are all the same six bits: no change of light, no detail."""
    small = io.BytesIO()
    Image.new("L", (8, 8), 128).save(small, "JPEG")
    content = small.getvalue()
    frame = content.index(b"\xff\xc0")
    scan = content.index(b"\xff\xda")
    begin = scan + 2 + int.from_bytes(content[scan + 2 : scan + 4], "big")
    head = content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 : begin]
    blocks = -(-width // 8) * -(-height // 8)
    return head + b"\x28\xa2\x8a" * (-(-blocks // 4)) + b"\xff\xd9"


# --- kinds of pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["rgb.png", "rgb.jpg", "rgb.webp", "rgb.bmp", "rgb.tif", "cmyk.jpg", "cmyk.tif", "palette.png", "moving.gif"],
)
def test_every_usual_kind_of_picture_becomes_the_same_face(tmp_path: Path, name: str) -> None:
    file, picture = with_anchors(tmp_path / name), portrait()
    if name.startswith("cmyk"):
        picture = picture.convert("CMYK")
    elif name.startswith("palette"):
        picture = picture.quantize(256)
    if name == "moving.gif":
        picture.save(file, save_all=True, append_images=[Image.new("RGB", picture.size, "red")] * 2, duration=100)
    else:
        picture.save(file)
    assert unlike(shown(file), expected()) < 6


def test_an_animated_picture_is_its_first_picture(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (60, 40), "blue"), Image.new("RGB", (60, 40), "red")
    first.save(tmp_path / "moving.gif", save_all=True, append_images=[second], duration=100, loop=0)
    first.save(tmp_path / "moving.webp", save_all=True, append_images=[second], duration=100, lossless=True)
    first.save(tmp_path / "moving.png", save_all=True, append_images=[second], duration=100)
    for name in ("moving.gif", "moving.webp", "moving.png"):
        assert read_picture(tmp_path / name)[20, 30].tolist() == [0, 0, 255], name


@pytest.mark.parametrize("name", ["grey8.png", "grey16.png", "grey16.tif", "grey32.tif", "float.tif", "grey.jpg"])
def test_grey_of_any_depth_is_grey_of_eight_bits(tmp_path: Path, name: str) -> None:
    grey = np.asarray(portrait().convert("L"))
    made = {"16": grey.astype(np.uint16) * 257, "32": grey.astype(np.int32) * 257, "fl": grey.astype(np.float32) / 255}
    file = with_anchors(tmp_path / name)
    Image.fromarray(next((value for key, value in made.items() if key in name), grey)).save(file)
    assert unlike(read_picture(file), np.repeat(grey[..., None], 3, axis=2)) < 2
    assert shown(file).shape == (SIZE[1], SIZE[0], 3)


def test_sixteen_bits_of_colour_become_eight(tmp_path: Path) -> None:
    bgr = cv2.cvtColor(face()[0], cv2.COLOR_RGB2BGR).astype(np.uint16) * 257
    file = tmp_path / "deep.png"
    file.write_bytes(cv2.imencode(".png", bgr)[1].tobytes())
    assert unlike(read_picture(file), face()[0]) < 1.5


def test_what_is_transparent_becomes_white_and_half_of_it_half_white(tmp_path: Path) -> None:
    for name, share in (("clear.png", 0), ("half.png", 128), ("half.webp", 128), ("solid.png", 255)):
        Image.new("RGBA", (40, 40), (200, 40, 40, share)).save(tmp_path / name)
        light = 255 - (255 - np.array([200, 40, 40])) * share / 255
        assert np.abs(read_picture(tmp_path / name)[20, 20] - light).max() < 4, name
    grey = Image.new("LA", (40, 40), (0, 128))
    grey.save(tmp_path / "grey.png")
    assert abs(int(read_picture(tmp_path / "grey.png")[20, 20, 0]) - 127) < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.webp"])
def test_a_photo_is_upright_however_the_camera_was_held(tmp_path: Path, orientation: int, name: str) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    held = portrait() if turn is None else portrait().transpose(turn)
    exif = held.getexif()
    exif[0x0112] = orientation
    file = with_anchors(tmp_path / name)
    held.save(file, exif=exif, quality=95)
    assert unlike(read_picture(file), face()[0]) < 5
    assert unlike(shown(file), expected()) < 5


# --- sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [160, 320, 2000, 6000])
def test_a_face_is_the_same_at_any_size(tmp_path: Path, side: int) -> None:
    file = with_anchors(tmp_path / "photo.jpg", scale=side / 640)
    portrait(side).save(file, quality=92)
    assert unlike(shown(file), expected()) < 6


@pytest.mark.parametrize("name", ["photo.png", "turned.jpg"])
def test_a_picture_of_12000_pixels_is_scaled_and_its_points_with_it(tmp_path: Path, name: str) -> None:
    picture = vast()
    exif = picture.getexif()
    if name == "turned.jpg":
        picture, exif[0x0112] = picture.transpose(Image.Transpose.ROTATE_90), 6
    file = with_anchors(tmp_path / name, scale=12_000 / 640)
    picture.save(file, exif=exif, compress_level=1)
    assert read_picture(file).shape == (3375, 6000, 3)
    assert unlike(shown(file), expected()) < 5


def test_points_of_a_picture_that_is_not_scaled_stay_as_they_were_saved(tmp_path: Path) -> None:
    file = with_anchors(tmp_path / "photo.png")
    portrait().save(file)
    assert read_anchors(file) == face()[1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a program's peak memory")
def test_a_picture_of_300_megapixels_works_as_jpeg_and_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "vast.jpg"
    file.write_bytes(jpeg(17_328, 17_328))
    code = (
        "import sys; from pathlib import Path; from app.personas import read_picture\n"
        "image = read_picture(Path(sys.argv[1]))\n"
        "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]\n"
        "print(image.shape[0] * image.shape[1], image.min(), image.max(), int(peak) // 1024)"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", code, file], cwd=root, capture_output=True, text=True, check=True)
    pixels, low, high, megabytes = (int(word) for word in told.stdout.split())
    assert 5_000_000 < pixels <= LARGEST_PICTURE
    assert (low, high) == (128, 128)
    assert megabytes < 500  # unpacked whole it would be 900


def test_a_picture_of_300_megapixels_that_must_be_unpacked_whole_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "vast.png"
    file.write_bytes(png(17_328, 17_328))
    with pytest.raises(Problem, match=r"vast\.png is too large: 300 megapixels\. Scale it down to 6000"):
        read_picture(file)


@pytest.mark.parametrize(("width", "height"), [(65_500, 65_500), (60_000, 40_000)])
def test_a_small_file_that_claims_to_be_enormous_is_refused(tmp_path: Path, width: int, height: int) -> None:
    for name, content in (("bomb.jpg", jpeg(64, 64)), ("bomb.png", png(64, 64))):
        where = content.index(b"\xff\xc0") + 5 if name == "bomb.jpg" else content.index(b"IHDR") + 4
        claim = struct.pack(">HH", height, width) if name == "bomb.jpg" else struct.pack(">II", width, height)
        content = content[:where] + claim + content[where + len(claim) :]
        if name == "bomb.png":  # its head carries a checksum
            end = where + 13
            content = content[:end] + struct.pack(">I", zlib.crc32(content[where - 4 : end])) + content[end + 4 :]
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Problem, match="too large"):
            read_picture(tmp_path / name)


def test_one_pixel_is_read_and_has_no_room_for_a_face(tmp_path: Path) -> None:
    file = with_anchors(tmp_path / "dot.png")
    Image.new("RGB", (1, 1), "red").save(file)
    assert read_picture(file).tolist() == [[[255, 0, 0]]]
    with pytest.raises(Problem, match=r"outside the picture\. Set them again"):
        shown(file)


# --- what cannot be read ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png", "cut.webp", "cut.gif", "cut.bmp", "cut.tif"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_picture_that_was_cut_off_is_one_sentence_with_its_remedy(tmp_path: Path, name: str, share: float) -> None:
    file = tmp_path / name
    portrait().save(file)
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(Problem) as told:
        read_picture(file)
    assert name in told.value.what
    assert told.value.remedy == "Choose a PNG, JPEG or WebP picture."
    assert told.value.__cause__ is not None


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("renamed.jpg", PDF),
        ("renamed.png", EPS),
        ("film.png", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
        ("noise.png", bytes(np.random.default_rng(0).integers(0, 256, 4000, np.uint8))),
        ("head.png", b"\x89PNG\r\n\x1a\n"),
        ("empty.jpg", b""),
    ],
)
def test_another_file_under_a_picture_s_name_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Problem) as told:
        read_picture(file)
    assert name in told.value.what
    assert told.value.remedy == "Choose a PNG, JPEG or WebP picture."


@pytest.mark.parametrize("flips", range(6))
def test_a_damaged_picture_is_read_or_is_a_sentence_and_nothing_else(tmp_path: Path, flips: int) -> None:
    dice = np.random.default_rng(flips)
    for name in ("a.jpg", "a.png", "a.webp", "a.gif", "a.tif", "a.bmp"):
        file = tmp_path / name
        portrait(160).save(file)
        content = bytearray(file.read_bytes())
        for place in dice.integers(0, len(content), 1 + 4 * flips):
            content[place] = int(dice.integers(256))
        file.write_bytes(content)
        with suppress(Problem):  # anything else that is raised fails this test
            assert read_picture(file).shape[2] == 3


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "photo.png").mkdir()
    with pytest.raises(Problem, match=r"photo\.png cannot be read"):
        read_picture(tmp_path / "photo.png")


def test_anchors_that_lie_elsewhere_are_one_sentence() -> None:
    picture, anchors = face()
    far = Anchors({name: (x + 900, y) for name, (x, y) in anchors.points.items()})
    with pytest.raises(Problem, match=r"outside the picture\. Set them again"):
        BuiltinPortrait(size=SIZE).prepare(picture, far)


@pytest.mark.parametrize("kind", ["missing", "cut", "pdf", "empty", "vast", "dot"])
def test_the_command_says_what_is_wrong_with_a_photo_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    photo, out = with_anchors(tmp_path / "photo.png"), tmp_path / "film.mp4"
    whole = io.BytesIO()
    portrait().save(whole, "PNG")
    dot = io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    content = {
        "cut": whole.getvalue()[:900], "pdf": PDF, "empty": b"", "vast": png(17_328, 17_328), "dot": dot.getvalue(),
    }.get(kind)  # fmt: skip
    if content is not None:
        photo.write_bytes(content)
    sound = Path(__file__).parents[2] / "assets" / "starter" / "question.wav"
    assert main(["animate", "--audio", str(sound), "--photo", str(photo), "--out", str(out)]) == 2
    told = capsys.readouterr().err.strip()
    assert told
    assert "Traceback" not in told
    assert any(word in told for word in ("Choose", "Scale", "Set"))
    assert not out.exists()
