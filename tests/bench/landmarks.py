"""How well the face of a photo is found: `python -m tests.bench.landmarks [--stills DIR]` prints JSON.

The starter portraits have exact anchor points. The stills are private pictures that are not part of the project; their
points in tests/data/stills.anchors.json were placed by hand, once, and lack what cannot be seen. Without the folder the
stills are skipped, and the JSON says so.

All errors are distances in percent of the distance between the middles of the eyes. `worst` is the largest error of any
point but the crown.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from engines.contract import ANCHOR_NAMES, Problem
from engines.portrait import face

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests" / "data" / "stills.anchors.json"


def picture(path: Path) -> np.ndarray:
    """uint8 (height, width, 3), RGB, upright."""
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def eye_distance(points: dict[str, tuple[float, float]]) -> float:
    """Pixels between the middles of the eyes."""
    left, right = (
        np.mean([points[f"{side}_eye_{part}"] for part in ("outer", "top", "inner", "bottom")], axis=0)
        for side in ("left", "right")
    )
    return float(np.linalg.norm(right - left))


def errors(found: dict[str, tuple[float, float]], exact: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Percent of the eye distance, for every point that the reference has."""
    unit = eye_distance(exact) / 100
    return {n: float(np.hypot(*np.subtract(found[n], exact[n]))) / unit for n in ANCHOR_NAMES if n in exact}


def measured(path: Path, exact: dict[str, tuple[float, float]] | None) -> dict:
    """One row of the table."""
    image = picture(path)
    begun, busy = time.perf_counter(), time.process_time()
    found, flag = None, None
    try:
        found = face.find_anchors(image)
    except face.UnsureFace as problem:
        found, flag = problem.found, "unsure"
    except Problem as problem:
        flag = str(problem)
    row = {
        "name": path.parent.name if path.stem == "portrait" else path.name,
        "milliseconds": round(1000 * (time.perf_counter() - begun)),
        "cpu_milliseconds": round(1000 * (time.process_time() - busy)),
        "flag": flag,
    }
    if found is not None:
        row |= {"confidence": round(found.confidence, 3), "faces": found.faces}
        if exact is not None:
            each = errors(found.anchors.points, exact)
            face_only = [value for name, value in each.items() if name != "crown"]
            row |= {
                "mean": round(float(np.mean(list(each.values()))), 2),
                "worst": round(max(face_only), 2),
                "points": {name: round(value, 1) for name, value in each.items()},
            }
    return row


def summary(rows: list[dict]) -> dict[str, float]:
    """Means over pictures, and over each kind of point."""
    scored = [row for row in rows if "mean" in row]
    if not scored:
        return {}
    kinds = {"eyes": "_eye_", "brows": "_brow", "nose": "nose", "mouth": ("mouth", "lip"), "chin": "chin", "jaw": "jaw"}
    result = {"mean": round(float(np.mean([row["mean"] for row in scored])), 2)}
    for kind, parts in kinds.items():
        parts = (parts,) if isinstance(parts, str) else parts
        values = [v for row in scored for n, v in row["points"].items() if any(part in n for part in parts)]
        result[kind] = round(float(np.mean(values)), 2) if values else float("nan")
    values = [row["points"]["crown"] for row in scored if "crown" in row["points"]]
    return result | {"crown": round(float(np.mean(values)), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stills", type=Path, metavar="DIR", help="the private pictures")
    options = parser.parse_args()
    starters = []
    for path in sorted((ROOT / "assets" / "personas").glob("*/portrait.png")):
        exact = json.loads(path.with_name("portrait.anchors.json").read_text(encoding="utf-8"))["points"]
        starters.append(measured(path, exact))
    report = {"starters": {"summary": summary(starters), "rows": starters}}
    if options.stills and options.stills.is_dir():
        known = json.loads(REFERENCE.read_text(encoding="utf-8"))
        rows = [
            measured(path, known.get(path.name, {}).get("points"))
            for path in sorted(options.stills.iterdir())
            if path.suffix in (".png", ".jpg")
        ]
        report["stills"] = {"summary": summary(rows), "rows": rows}
    else:
        report["stills"] = {
            "skipped": "the private stills are not part of the project; name their folder with --stills"
        }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
