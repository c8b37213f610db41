"""Hides the mouth: which points of the lips and the jaw go where, and what is seen between the lips.

The mouth is drawn in the plane of the photo, before the head turns. Two copies of the lower face are moved: one hangs
on the skull and is smooth through the seam of the lips downwards, one hangs on the jaw and is smooth upwards. They
agree everywhere beyond the corners: the only tear is the opening itself, and there the inside of the mouth shows.
"""

from __future__ import annotations

import cv2
import numpy as np

from engines.portrait.geometry import Face, smoothstep
from engines.portrait.rig import MOUTH
from engines.portrait.warp import Fine, Patch

CORNER = 0.32
"""Share of the jaw's travel that the corners of the mouth make."""
SEAM_POINTS = 65
_PARTING = [MOUTH.index(name) for name in ("open", "lift", "depress", "tuck")]


class Mouth:
    """The lower face of one photo. `photo`: uint8 (height, width, 3), the frame at rest; `layer`: uint8 (height, width,
    4), the person in it as Matte has it."""

    def __init__(self, face: Face, photo: np.ndarray, layer: np.ndarray) -> None:
        unit = face.unit
        self._face, self._unit = face, unit
        self._left, self._right = face["mouth_left"], face["mouth_right"]
        self._seam = _find_seam(face, photo)
        jaw_half = float(np.hypot(*(face["jaw_right"] - face["jaw_left"]))) / 2
        seam, chin = face["lip_seam"], face["chin"]
        height, width = photo.shape[:2]
        box = (
            max(0, int(seam[0] - 1.2 * jaw_half)),
            max(0, int(face["nose_tip"][1] - 0.12 * unit)),
            min(width, int(seam[0] + 1.2 * jaw_half) + 1),
            min(height, int(chin[1] + 0.75 * unit)),
        )
        self.patch = Patch(box, max(2.0, unit / 26))
        self.travel = min(0.34, 0.5 * float((chin - seam) @ face.down) / unit)
        self._photo = np.ascontiguousarray(layer[self.patch.slices])
        self._fine = Fine(self._photo)
        edge = _fade(self.patch, photo.shape[:2], 0.16 * unit)
        upper, lower = self._shapes(self.patch.x, self.patch.y)
        self._upper, self._lower = upper * edge, lower * edge
        # The same shapes along the seam itself: the two edges of the opening.
        upper, lower = self._shapes(self._seam[:, 0], self._seam[:, 1])
        lower[..., [0, -1]] = upper[..., [0, -1]]  # to the last bit, or a hairline leaves the corners
        self._seam_upper, self._seam_lower = upper, lower
        self._folds, self._hollows = (np.dstack([shade] * 3 + [0 * shade]) for shade in self._shades())
        # A dark picture has no white teeth, and beside warm skin neutral ones look blue.
        skin = _skin(face, photo)
        self._light = float(np.clip(skin.max() / 225, 0.4, 1.05))
        self._enamel = 0.75 * np.array([240, 233, 222], np.float32) + 0.25 * skin * (232 / max(40.0, float(skin.max())))

    def _shapes(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What each weight moves, for skull and jaw: two float32 (8, 2, ...) in pixels, in the shape of x and y."""
        face, unit = self._face, self._unit
        centre = (self._left + self._right) / 2
        half = float((self._right - self._left) @ face.right) / unit / 2
        across, below = face.local(x, y, centre)
        seam_u, seam_v = face.local(self._seam[:, 0], self._seam[:, 1], centre)
        u = across / half
        curve = np.interp(across, seam_u, seam_v).astype(np.float32)
        v = below - curve
        nose = float((face["lip_seam"] - face["nose_tip"]) @ face.down) / unit
        chin = float((face["chin"] - face["lip_seam"]) @ face.down) / unit
        upper_lip = max(0.04, float((face["lip_seam"] - face["lip_top"]) @ face.down) / unit)
        lower_lip = max(0.05, float((face["lip_bottom"] - face["lip_seam"]) @ face.down) / unit)
        jaw_half = float(np.hypot(*(face["jaw_right"] - face["jaw_left"]))) / unit / 2

        lens = np.clip(1 - u * u, 0, None) ** 0.55  # the shape of an opening: 1 in the middle, 0 from the corners on
        lip = np.where(v < 0, v / upper_lip, v / lower_lip)  # -1 and 1 at the outer edges of the lips
        near = np.exp(-((lip / 1.5) ** 2)) * np.exp(-((u / 1.15) ** 4))
        # Lips narrow and widen as a whole: nearly even between the corners, gone in the cheeks.
        pull = half * u * np.exp(-((np.abs(u) / 1.5) ** 4)) * np.exp(-((v / np.where(v < 0, 0.55 * nose, 0.42)) ** 2))
        corners = np.exp(-(((np.abs(u) - 1) / 0.55) ** 2)) * np.exp(-((v / 0.3) ** 2))

        common = np.where(
            v < 0,
            CORNER * smoothstep(-0.62 * nose, 0, v),
            CORNER + (1 - CORNER) * smoothstep(0, 0.6 * chin, v),
        ) * smoothstep(chin + 0.62, chin + 0.02, v)
        sideways = np.exp(-((across / (0.9 * jaw_half)) ** 4))
        skull = common * (1 - lens * np.exp(-((np.clip(v, 0, None) / (0.5 * chin)) ** 2))) * sideways
        jaw = (common + (1 - common) * lens * np.exp(-((np.clip(v, None, 0) / 0.2) ** 2)) * (v < chin)) * sideways

        nothing = np.zeros_like(u)
        lift = lens * np.exp(-((v / (0.75 * nose)) ** 2))
        drop = lens * np.exp(-((v / 0.34) ** 2))
        bulge = (
            (0.2 + 0.95 * np.clip(u * u, 0, 1)) * v * near
        )  # pursed lips are as full at their sides as in the middle
        # Pursed lips are straight, whatever smile the photo has.
        straight = 0.85 * (0.5 * float(seam_v[len(seam_v) // 2]) - curve) * near + bulge
        inward = -0.14 * pull
        moves = {  # weight: (across, down) for the skull's copy, (across, down) for the jaw's
            "open": ((inward, self.travel * skull), (inward, self.travel * jaw)),
            "wide": ((0.3 * pull, -0.018 * corners - 0.12 * v * near),) * 2,
            "round": ((-0.46 * pull, straight),) * 2,
            "press": ((0.04 * pull, -0.42 * v * near),) * 2,
            "lift": ((nothing, -0.06 * lift), (nothing, nothing)),
            "depress": ((nothing, nothing), (nothing, 0.055 * drop)),
            "tuck": ((nothing, nothing), (nothing, -0.5 * np.clip(v, 0, None) * near - 0.03 * drop)),
            "smile": ((0.2 * pull, -0.06 * corners),) * 2,
        }
        turn = np.stack([face.right, face.down], axis=1) * unit  # face axes to pixels
        both = [
            np.stack([np.tensordot(turn, np.stack(moves[name][side]), 1) for name in MOUTH]).astype(np.float32)
            for side in (0, 1)
        ]
        return both[0], both[1]

    def _shades(self) -> tuple[np.ndarray, np.ndarray]:
        """What a smile and an open jaw do to the light on the skin, as a share of it: two float32 (height, width).

        A smile deepens the fold from the nose past the corner of the mouth and lifts the cheek into the light; an open
        jaw hollows the cheek beside the corner and deepens the dent below the lower lip.
        """
        face, (left, top) = self._face, self.patch.box[:2]
        x, y = np.meshgrid(
            np.arange(self.patch.width, dtype=np.float32) + left, np.arange(self.patch.height, dtype=np.float32) + top
        )
        folds, hollows = np.zeros_like(x), np.zeros_like(x)
        nose = face["nose_tip"]
        for corner, side in ((self._left, -1.0), (self._right, 1.0)):
            u, v = face.local(x, y, corner)
            u = u * side  # outwards
            wing = float((nose - corner) @ face.right) * side / self._unit + 0.27
            rise = min(-0.1, float((nose - corner) @ face.down) / self._unit - 0.02)
            along = np.clip((v - rise) / (0.12 - rise), 0, 1)  # 0 at the wing of the nose, 1 beside the corner
            fold = wing + 0.04 + (0.22 - wing) * along**1.4
            ends = smoothstep(rise - 0.1, rise + 0.16, v) * smoothstep(0.24, -0.04, v)
            off = u - fold
            folds += ends * (0.055 * np.exp(-(((off - 0.12) / 0.09) ** 2)) - 0.06 * np.exp(-((off / 0.06) ** 2)))
            folds += 0.06 * np.exp(-(((u - 0.3) / 0.17) ** 2) - ((v + 0.36) / 0.16) ** 2)
            hollows -= 0.10 * np.exp(-(((u - 0.2) / 0.13) ** 2) - ((v - 0.06) / 0.26) ** 2)
        u, v = face.local(x, y, face["lip_bottom"])
        hollows -= 0.09 * np.exp(-((u / 0.22) ** 2) - ((v - 0.11) / 0.06) ** 2)
        hollows += 0.03 * np.exp(-((u / 0.2) ** 2) - ((v - 0.26) / 0.09) ** 2)
        inside = (top + self.patch.height + 1, 0)  # a frame that goes on below, so that the lower border fades as well
        edge = cv2.resize(_fade(self.patch, inside, 0.16 * self._unit), x.shape[::-1])
        return folds * edge, hollows * edge

    def _shade(self, weights: np.ndarray, out: np.ndarray) -> None:
        """Lay the folds of this expression on the drawn skin."""
        jaw, wide, smile = (float(weights[MOUTH.index(name)]) for name in ("open", "wide", "smile"))
        fold = min(1.0, smile + 0.35 * wide)
        if fold > 0 or jaw > 0:
            light = cv2.addWeighted(self._folds, fold, self._hollows, jaw, 1.0)
            cv2.multiply(out, light, dst=out, dtype=cv2.CV_8U)

    def opening(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The two edges of the opening in pixels of the frame, in the plane of the photo: (65, 2), (65, 2)."""
        upper = self._seam + np.tensordot(weights, self._seam_upper, 1).T
        lower = self._seam + np.tensordot(weights, self._seam_lower, 1).T
        return upper, lower

    def gap(self, weights: np.ndarray) -> float:
        """How far the lips are apart in the middle of the mouth, in eye distances; 0 when they touch."""
        upper, lower = self.opening(weights)
        return max(0.0, float((lower - upper)[SEAM_POINTS // 2] @ self._face.down) / self._unit)

    def draw(self, weights: np.ndarray, texture: np.ndarray) -> None:
        """Draw the mouth into `texture`: uint8 (height, width, 4), the person in the plane of the photo."""
        out = texture[self.patch.slices]
        if not weights.any():
            out[:] = self._photo
            return
        jaw = np.tensordot(weights, self._lower, 1).transpose(1, 2, 0)
        out[:] = self._fine.draw(self.patch.sources(np.ascontiguousarray(jaw)))
        if not weights[_PARTING].any():
            self._shade(weights, out)
            return  # both copies are the same, and there is nothing between them
        upper, lower = self.opening(weights)
        left, top = self.patch.box[:2]
        # Above the middle of the opening the skull's copy, below it the jaw's.
        columns = np.arange(self.patch.width, dtype=np.float32)
        upper_y = np.interp(columns, upper[:, 0] - left, upper[:, 1] - top).astype(np.float32)
        lower_y = np.interp(columns, lower[:, 0] - left, lower[:, 1] - top).astype(np.float32)
        middle = (upper_y + lower_y) / 2
        rows = int(np.clip(np.ceil(middle.max()) + 2, 1, self.patch.height))
        # Beyond the corners both copies agree.
        first, last = max(0, int(upper[0, 0] - left) - 1), min(self.patch.width, int(upper[-1, 0] - left) + 3)
        if last - first < 2:
            self._shade(weights, out)
            return
        skull = np.tensordot(weights, self._upper, 1).transpose(1, 2, 0)
        places = self.patch.sources(np.ascontiguousarray(skull), rows)[:, first:last]
        hung, jaws = self._fine.draw(places), out[:rows, first:last]
        y = np.arange(rows, dtype=np.float32)[:, None]
        share = np.clip(y - middle[None, first:last] + 0.5, 0, 1)[..., None]
        jaws[:] = np.rint(hung + (jaws - hung.astype(np.float32)) * share).astype(np.uint8)
        self._shade(weights, out)
        # Pursed lips stand before the teeth and hide them.
        self._draw_inside(out[..., :3], upper_y, lower_y, 1 - 0.85 * min(1.0, float(weights[MOUTH.index("round")])))

    def _draw_inside(self, out: np.ndarray, upper: np.ndarray, lower: np.ndarray, teeth: float) -> None:
        """Cavity, tongue and teeth between two curves (pixel rows of `out` for each of its columns).

        teeth: 0 hidden to 1 as much as the lips show.
        """
        open_columns = np.flatnonzero(lower - upper > 0.02)
        if len(open_columns) < 2:
            return
        x0, x1 = open_columns[0], open_columns[-1] + 1
        upper, lower = upper[x0:x1], lower[x0:x1]
        y0, y1 = max(0, int(upper.min()) - 1), min(out.shape[0], int(lower.max()) + 2)
        y = np.arange(y0, y1, dtype=np.float32)[:, None]
        # How much of each pixel lies between the curves; a steep edge is softened over as many rows as it climbs.
        climb = 0.5 * np.clip(np.maximum(np.abs(np.gradient(upper)), np.abs(np.gradient(lower))), 1, 4)
        cover = np.clip((np.minimum(lower, y + climb) - np.maximum(upper, y - climb)) / (2 * climb), 0, 1)[..., None]
        unit = self._unit
        soft = max(1.0, 0.018 * unit)
        t = np.linspace(-1, 1, x1 - x0, dtype=np.float32)
        gap = lower - upper
        widest = float(gap.max())
        depth = (y - upper) / np.maximum(gap, 1)  # 0 at the upper lip, 1 at the lower

        colour = np.empty((y1 - y0, x1 - x0, 3), np.float32)
        glow = np.clip(0.35 + 0.65 * depth, 0, 1)[..., None] * (1 - 0.5 * t * t)[None, :, None]
        colour[:] = np.array([30, 9, 11], np.float32) + np.array([52, 18, 20], np.float32) * glow
        corner = smoothstep(0.72, 1.0, np.abs(t))[None, :, None]
        colour += (np.array([92, 40, 40], np.float32) - colour) * (0.6 * corner)
        tongue_top = lower - 0.52 * widest * np.sqrt(np.clip(1 - (t / 0.74) ** 2, 0, 1))
        tongue = (
            np.clip((y - tongue_top) / (2.5 * soft), 0, 1) * (np.abs(t) < 0.74) * smoothstep(0.06, 0.2, widest / unit)
        )
        flesh = np.array([146, 70, 70], np.float32) * (0.55 + 0.45 * np.clip(depth, 0, 1))[..., None]
        colour += (flesh - colour) * (0.85 * tongue)[..., None]

        # Lower teeth rise a little above the lower lip, and only a wide mouth shows them.
        edge = lower - unit * 0.034 * np.sqrt(np.clip(1 - (t / 0.8) ** 2, 0, 1))
        low = np.clip((y - edge) / soft, 0, 1) * smoothstep(0.86, 0.6, np.abs(t)) * smoothstep(0.1, 0.24, widest / unit)
        colour += (0.62 * self._enamel * (1 - 0.4 * t * t)[None, :, None] - colour) * (0.5 * teeth * low)[..., None]
        # Upper teeth hang on the skull: their edge does not move when the lips do.
        rest = self._rest_row(x0, x1)
        bite = rest + unit * (0.054 - 0.03 * t * t - 0.1 * (1 - teeth))
        high = np.clip((bite - y) / soft + 0.5, 0, 1) * smoothstep(0.93, 0.7, np.abs(t))
        shade = (1 - 0.38 * t * t) * np.ones_like(y)
        tooth = np.abs(((t * 4.2) + 0.5) % 1 - 0.5)[None]  # 0 in the gap between two teeth
        shade = shade * (1 - 0.10 * np.exp(-((tooth / 0.07) ** 2)))
        colour += (self._enamel * shade[..., None] - colour) * high[..., None]
        # The lips shade what is behind them.
        reach = np.minimum(0.07 * unit, 0.55 * gap + 0.5)
        shadow = 0.66 + 0.34 * np.clip(np.minimum(y - upper, 1.6 * (lower - y)) / reach, 0, 1)
        colour *= shadow[..., None] * self._light
        view = out[y0:y1, x0:x1]
        view[:] = np.rint(view + (np.clip(colour, 0, 255) - view) * cover).astype(np.uint8)

    def _rest_row(self, x0: int, x1: int) -> np.ndarray:
        """The chord of the seam at rest, rows of the patch: the level at which the upper teeth end."""
        left, top = self.patch.box[:2]
        x = np.arange(x0, x1, dtype=np.float32) + left
        ends = np.array([self._left, self._face["lip_seam"], self._right])
        chord = np.interp(x, ends[[0, 2], 0], ends[[0, 2], 1])
        middle = np.interp(ends[1, 0], ends[[0, 2], 0], ends[[0, 2], 1])
        return (chord + (ends[1, 1] - middle) - top).astype(np.float32)


def _find_seam(face: Face, photo: np.ndarray) -> np.ndarray:
    """The line where the lips meet, from corner to corner: (65, 2) pixels.

    The anchors give a curve through three points; the darkest smooth path near it is where the lips really touch.
    """
    left, middle, right = face["mouth_left"], face["lip_seam"], face["mouth_right"]
    x = np.linspace(left[0], right[0], SEAM_POINTS)
    chord = np.interp(x, [left[0], right[0]], [left[1], right[1]])
    t = (x - left[0]) / (right[0] - left[0]) * 2 - 1
    at = (middle[0] - left[0]) / (right[0] - left[0]) * 2 - 1
    sag = middle[1] - np.interp(middle[0], [left[0], right[0]], [left[1], right[1]])
    guess = chord + sag * (1 - t * t) / max(0.5, 1 - at * at)

    reach = 0.045 * face.unit
    offsets = np.linspace(-reach, reach, 25)
    grey = cv2.GaussianBlur(
        cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), max(0.6, face.unit / 120)
    )
    map_x = np.repeat(x[None], len(offsets), 0).astype(np.float32)
    map_y = (guess[None] + offsets[:, None]).astype(np.float32)
    light = cv2.remap(grey, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    light = (light - light.mean()) / (light.std() + 4)
    # Near the corners only the guess is trusted: hair and shadows are darker than any seam.
    cost = light + (1.2 + 6 * np.abs(t) ** 6) * (offsets[:, None] / reach) ** 2
    total, back = cost.copy(), np.zeros(cost.shape, np.int64)
    step = 0.6 * np.abs(np.arange(len(offsets))[:, None] - np.arange(len(offsets))[None])
    for k in range(1, SEAM_POINTS):
        ways = total[:, k - 1][None] + step
        back[:, k] = ways.argmin(axis=1)
        total[:, k] = cost[:, k] + ways.min(axis=1)
    path = [int(total[:, -1].argmin())]
    for k in range(SEAM_POINTS - 1, 0, -1):
        path.append(int(back[path[-1], k]))
    found = offsets[np.array(path[::-1])]
    found = np.convolve(np.pad(found, 3, mode="edge"), np.ones(7) / 7, mode="valid") * (1 - t**8)
    return np.stack([x, guess + found], axis=1)


def _fade(patch: Patch, frame: tuple[int, int], soft: float) -> np.ndarray:
    """1 inside the patch, 0 at its borders where they lie inside the frame, (rows, columns)."""
    left, top, right, bottom = patch.box
    weight = smoothstep(left, left + soft, patch.x) * smoothstep(right - 1, right - 1 - soft, patch.x)
    weight = weight * smoothstep(top, top + soft / 2, patch.y)
    return (weight if bottom >= frame[0] else weight * smoothstep(bottom - 1, bottom - 1 - soft, patch.y)).astype(
        np.float32
    )


def _skin(face: Face, photo: np.ndarray) -> np.ndarray:
    """The colour of the skin beside the nose, float32 (3,)."""
    samples = []
    for side in ("left", "right"):
        x, y = (0.55 * face[f"{side}_eye_bottom"] + 0.45 * face[f"mouth_{side}"]).round().astype(int)
        samples.append(photo[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4].reshape(-1, 3))
    return np.concatenate(samples).astype(np.float32).mean(axis=0)
