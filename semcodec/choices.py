"""The closed choices of arguments, as types, so that a type checker finds a misspelled one.

The types of what is in a record (``Coding``, ``Check``, ``Framing`` …) are generated from the
registry of the format; this module adds what only the library has. The values that the library
accepts at run time are those of the types: ``values_of(Keep)`` is ``("order", "words")``.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args

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
from semcodec.errors import InputError

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
    "Language",
    "ModelSet",
    "ModelSetChoice",
    "OutputFraming",
    "PictureFormat",
    "Profile",
    "QrKind",
    "Rate",
    "RateEntry",
    "ReadFraming",
    "Reflection",
    "ReflectionMethod",
    "ScanFraming",
    "SkeletonMethod",
    "UnpackFraming",
    "WordOrder",
    "check_choice",
    "values_of",
]

MAX_SHOWN: Final = 40  #: characters of an unknown value in a message
Value = TypeVar("Value", bound=str)

#: The coding of a text; ``"auto"`` chooses one by the words.
CodingChoice: TypeAlias = Literal["auto", Coding]
#: What ``coding="auto"`` must preserve.
Keep: TypeAlias = Literal["order", "words"]
#: The framing in which to read one record; ``"auto"`` detects it.
ReadFraming: TypeAlias = Literal["auto", InputFraming]
#: The same for ``unpack``, which also finds a record in other data.
UnpackFraming: TypeAlias = Literal["guess", ReadFraming]
#: The framing in which to validate or inspect data, which may be a sequence.
ScanFraming: TypeAlias = Literal["auto", Framing]
#: The models that a record states: those of the backends, as a registered set (``"auto"``) or also
#: by name (``"names"``), or a registered set by its name.
ModelSetChoice: TypeAlias = Literal["auto", "names", ModelSet]
#: How a photograph is fitted to a size.
Fit: TypeAlias = Literal["cover", "contain", "stretch"]
#: The languages of a description that ``encode`` accepts.
Language: TypeAlias = Literal["en", "any"]
#: How ``encode`` chooses the number of words.
Rate: TypeAlias = Literal["auto"]
#: The order in which words are sent.
WordOrder: TypeAlias = Literal["reading", "importance"]
#: What makes the skeletons of ``coding="nibble"``.
SkeletonMethod: TypeAlias = Literal["rule", "model"]
#: The judges that have a name.
JudgeName: TypeAlias = Literal["auto", "minilm"]
#: The tries of reflection, besides a number of them.
Reflection: TypeAlias = Literal["auto", "off"]
#: What reflection compares: the statements that follow from the words with the picture, or two
#: descriptions, as in the paper.
ReflectionMethod: TypeAlias = Literal["predicates", "description"]
#: Pillow's names of the formats of pictures that can have a text.
PictureFormat: TypeAlias = Literal["PNG", "JPEG", "WEBP"]
#: What a QR code is written as.
QrKind: TypeAlias = Literal["png", "svg", "text", "terminal"]
#: The parts of a record whose rates add up to that of the file, and the file.
RateEntry: TypeAlias = Literal[
    "payload", "header", "size", "models", "extensions", "check", "framing", "file"
]


def values_of(choice: Any) -> tuple[Any, ...]:
    """Return the values of one of the types of this module."""
    return get_args(choice)


def check_choice(name: str, value: object, allowed: tuple[Value, ...]) -> Value:
    """Return ``value`` if it is one of ``allowed``; ``name`` is that of the argument.

    Raises:
        InputError: it is not; the message lists the values that are allowed.
    """
    # A subclass of str could compare equal to anything, so its text is compared.
    text = str.__str__(value) if isinstance(value, str) else None
    if text in allowed:
        return allowed[allowed.index(text)]
    shown = "" if text is None else f" {text[:MAX_SHOWN]!r}"
    raise InputError(f"Unknown {name}{shown}: use one of {', '.join(allowed)}.")
