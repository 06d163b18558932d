"""The measurements of bench/local_gpu.py, as values that are kept in JSON files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What a piece of work took.

    Attributes:
        total: seconds.
        seconds: by kind of work; each second counts for one kind.
        memory: highest use of the memory of the GPU, in bytes; None without CUDA.
    """

    total: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    memory: int | None = None

    @property
    def without_loading(self) -> float:
        """The seconds, without those of loading models."""
        return self.total - self.seconds.get("load", 0.0)

    def describe(self) -> str:
        """Return the seconds in words."""
        kinds = ", ".join(f"{kind} {value:.1f}" for kind, value in self.seconds.items())
        return f"{self.total:.1f} s ({kinds})" if kinds else f"{self.total:.1f} s"


@dataclass(frozen=True)
class Painted:
    """A picture of a record.

    Attributes:
        cost: of decoding, with reflection.
        check_seconds: to check the picture, in reflection or after painting, without loading.
        true_statements: statements that are true of the picture, as the model answers.
        statements: all of them.
        distance: of coarse colors from the photograph, mean CIE76.
        tries: of reflection.
        is_changed: whether reflection has changed the picture.
        stopped: why reflection ended; empty without it.
    """

    cost: Cost
    check_seconds: float
    true_statements: int
    statements: int
    distance: float
    tries: int
    is_changed: bool
    stopped: str


@dataclass(frozen=True)
class Photograph:
    """The measurements of a photograph.

    Attributes:
        name: of its file.
        description: by the model.
        words: of the record.
        bytes: of the record.
        layers: that were requested of the encoder.
        boxes: in the record.
        cost: of encoding.
        painted: by the name of the way.
    """

    name: str
    description: str
    words: str
    bytes: int
    layers: str
    boxes: int
    cost: Cost
    painted: Mapping[str, Painted] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Photograph:
        """Return the measurements from JSON values."""
        painted = {
            name: Painted(**{**one, "cost": Cost(**one["cost"])})
            for name, one in values["painted"].items()
        }
        return cls(**{**values, "cost": Cost(**values["cost"]), "painted": painted})


@dataclass
class Results:
    """What was measured so far, so that the page can be written wherever the run ends.

    Attributes:
        photographs: their measurements.
        failed: names and messages of what failed.
        facts: of the run, by their names.
        table: of the planted faults that the model sees, or why there is none.
    """

    photographs: list[Photograph] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    table: str = "not measured"
