"""Makes a real Piper voice file of about 2 KB, so that piper-tts itself runs in every test.

Hides the ONNX graph. It has the inputs, the output and the one Ceil node (frames for each phoneme id) that Piper's own
models have; instead of a network there is one tone for each id: silence for pauses, a hum of two harmonics for phones.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

HOP = 256
"""Samples in one frame of the model."""

FRAMES_PER_ID = 3
"""Frames that every phoneme id gets at length_scale 1 (a phoneme and its pad: 6 frames, 70 ms at 22050 Hz)."""

SYMBOLS = 256

_SILENT = "_^$ !'(),-.:;?\"#"


def make(folder: Path, rate: int = 22050, *, speakers: int = 1, aligned: bool = True) -> Path:
    """Write tiny.onnx and tiny.onnx.json into the folder; returns the path of the model.

    speakers: with more than one, speaker s speaks 1.25 ** s times higher. aligned: False makes a graph whose durations
    piper-tts cannot find, like voices of other makers.
    """
    model = folder / "tiny.onnx"
    onnx.save(_graph(rate, speakers, aligned), str(model))
    settings = {
        "audio": {"sample_rate": rate, "quality": "tiny"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": SYMBOLS,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker {number}": number for number in range(speakers)} if speakers > 1 else {},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "hop_length": HOP,
    }
    Path(f"{model}.json").write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    return model


def _graph(rate: int, speakers: int, aligned: bool) -> onnx.ModelProto:
    cycles, loudness = _tones(rate)
    constants = {
        "cycles": cycles,
        "loudness": loudness,
        "frames": np.array([FRAMES_PER_ID], np.float32),
        "hop": np.array([HOP], np.int64),
        "zero": np.array([0.0], np.float32),
        "length_index": np.array([1], np.int64),
        "higher": np.array([1.25], np.float32),
        "turn": np.array([2 * np.pi], np.float32),
        "two": np.array([2.0], np.float32),
        "half": np.array([0.5], np.float32),
        "axis": np.array(1, np.int64),
        "last": np.array([2], np.int64),
        "one": np.array([1], np.int64),
        "flat": np.array([1, 1, -1], np.int64),
    }
    node = helper.make_node
    nodes = [
        # frames per id: the same for all, but of the shape (1, n) that Piper reads its alignments from
        node("Gather", ["scales", "length_index"], ["length"]),
        node("Mul", ["length", "frames"], ["width"]),
        node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        node("Mul", ["ids", "zero"], ["nothing"]),
        node("Add", ["nothing", "width"], ["widths"]),
        node("Ceil", ["widths"], ["w_ceil"]),
        # samples per id, equal for every id
        node("ReduceMax", ["w_ceil"], ["most"], keepdims=0),
        node("Cast", ["most"], ["most_frames"], to=TensorProto.INT64),
        node("Mul", ["most_frames", "hop"], ["repeats"]),
        node("Shape", ["input"], ["shape"]),
        node("Concat", ["shape", "repeats"], ["grid"], axis=0),
        # the tone of each id, held for its samples
        node("Gather", ["cycles", "input"], ["tone"]),
        node("Unsqueeze", ["tone", "last"], ["tone_column"]),
        node("Expand", ["tone_column", "grid"], ["tone_grid"]),
        node("Reshape", ["tone_grid", "flat_two"], ["tone_samples"]),
        node("CumSum", ["tone_samples", "axis"], ["phase_cycles"]),
        node("Mul", ["phase_cycles", "turn_of_speaker" if speakers > 1 else "turn"], ["phase"]),
        node("Sin", ["phase"], ["first"]),
        node("Mul", ["phase", "two"], ["double_phase"]),
        node("Sin", ["double_phase"], ["second_full"]),
        node("Mul", ["second_full", "half"], ["second"]),
        node("Add", ["first", "second"], ["hum"]),
        node("Gather", ["loudness", "input"], ["gain"]),
        node("Unsqueeze", ["gain", "last"], ["gain_column"]),
        node("Expand", ["gain_column", "grid"], ["gain_grid"]),
        node("Reshape", ["gain_grid", "flat_two"], ["gain_samples"]),
        node("Mul", ["hum", "gain_samples"], ["voiced"]),
        node("Reshape", ["voiced", "flat"], ["output"]),
    ]
    constants["flat_two"] = np.array([1, -1], np.int64)
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "n"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        before = next(index for index, item in enumerate(nodes) if item.output[0] == "phase")
        nodes[before:before] = [
            node("Cast", ["sid"], ["speaker"], to=TensorProto.FLOAT),
            node("Pow", ["higher", "speaker"], ["factor"]),
            node("Mul", ["turn", "factor"], ["turn_of_speaker"]),
        ]
    if not aligned:  # two Ceil nodes: Piper cannot tell which one holds the durations
        nodes.append(node("Ceil", ["width"], ["other_ceil"]))
    used = {name for item in nodes for name in item.input}
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], producer_name="understudy tests")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def _tones(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """For every phoneme id the cycles per sample and the loudness, float32 (SYMBOLS,) each."""
    cycles = np.zeros(SYMBOLS, np.float32)
    loudness = np.zeros(SYMBOLS, np.float32)
    for symbol, (number, *_) in DEFAULT_PHONEME_ID_MAP.items():
        cycles[number] = (110 + number % 40 * 8) / rate
        loudness[number] = 0.0 if symbol in _SILENT and symbol != "_" else 0.3
    # A pad follows every phoneme; it hums low and softly, so that speech does not fall apart into beeps.
    cycles[0], loudness[0] = 120 / rate, 0.2
    return cycles, loudness


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    print(make(target))
