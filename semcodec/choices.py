"""The closed choices of arguments, as types, so that a type checker finds a misspelled one.

The types of what is in a record (``Coding``, ``Check``, ``Framing`` …) are generated from the
registry of the format; this module adds what only the library has. The values that the library
accepts at run time are those of the types: ``values_of(Keep)`` is ``("order", "words")``.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

from semcodec._registry import (
    Check,
    Coding,
    ExtensionName,
    Framing,
    InputFraming,
    ModelSet,
    OutputFraming,
    Profile,
)

__all__ = [
    "Check",
    "Coding",
    "CodingChoice",
    "ExtensionName",
    "Fit",
    "Framing",
    "InputFraming",
    "JudgeName",
    "Keep",
    "ModelSet",
    "ModelSetChoice",
    "OutputFraming",
    "Profile",
    "Rate",
    "ReadFraming",
    "Reflection",
    "ScanFraming",
    "SkeletonMethod",
    "values_of",
]

#: The coding of a text; ``"auto"`` chooses one by the words.
CodingChoice: TypeAlias = Literal["auto", Coding]
#: What ``coding="auto"`` must preserve.
Keep: TypeAlias = Literal["order", "words"]
#: The framing in which to read one record; ``"auto"`` detects it.
ReadFraming: TypeAlias = Literal["auto", InputFraming]
#: The framing in which to validate or inspect data, which may be a sequence.
ScanFraming: TypeAlias = Literal["auto", Framing]
#: The models that a record states, by the name of a registered set, or those of the backends.
ModelSetChoice: TypeAlias = Literal["auto", ModelSet]
#: How a photograph is fitted to a size.
Fit: TypeAlias = Literal["cover", "contain", "stretch"]
#: How ``encode`` chooses the number of words.
Rate: TypeAlias = Literal["auto"]
#: What makes the skeletons of ``coding="nibble"``.
SkeletonMethod: TypeAlias = Literal["rule", "model"]
#: The judges that have a name.
JudgeName: TypeAlias = Literal["auto", "minilm"]
#: The rounds of reflection, besides a number of them.
Reflection: TypeAlias = Literal["auto", "off"]


def values_of(choice: Any) -> tuple[Any, ...]:
    """Return the values of one of the types of this module."""
    return get_args(choice)
