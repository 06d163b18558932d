"""Helpers for graphs of OpenVINO: inputs and outputs with names, and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset15 as ops


def parameter(name: str, shape: list[int], kind: Any = np.float32) -> Any:
    """Return an input; -1 in its shape is any size."""
    node = ops.parameter(shape, kind, name=name)
    node.output(0).get_tensor().set_names({name})
    return node


def model(outputs: Mapping[str, Any], parameters: list[Any], sinks: list[Any] | None = None) -> Any:
    """Return a model with named outputs."""
    for name, node in outputs.items():
        node.output(0).get_tensor().set_names({name})
    return ov.Model([ops.result(node) for node in outputs.values()], sinks or [], parameters)


def axis(index: int) -> Any:
    return ops.constant(np.int64(index))


def shape(*sizes: int) -> Any:
    return ops.constant(np.int64(sizes))


def save(graph: Any, folder: Path, name: str = "openvino_model") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph, folder / f"{name}.xml", compress_to_fp16=False)


def save_json(path: Path, value: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
