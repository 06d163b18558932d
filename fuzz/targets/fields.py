"""One field alone: the parser agrees with Annex C, and the serializer gives the same bytes.

An input is the name of a field and its bytes, without a header or a check, so that every branch of
a field's parser is a few bytes away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from fuzz import malformed
from semcodec.bitstream import Models, checksums, extensions, header, leb128
from semcodec.bitstream.framing import text as text_framings
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import DEFAULT_LIMITS
from semcodec.choices import Coding, Framing
from semcodec.coding import nibble
from semcodec.errors import FormatError, UnsupportedError
from tests.annex_c import FUNCTIONS, Refused, compute_check

Input = tuple[str, bytes]


class Field(NamedTuple):
    """The functions that parse and serialize one field, and the parser of Annex C for it.

    Attributes:
        read: returns the value at the position of a parser, and moves the parser past it.
        write: returns the bytes of a value.
        annex_c: returns the value at the start of the data, and the offset of the byte after it.
    """

    read: Callable[[Parser], Any]
    write: Callable[[Any], bytes]
    annex_c: Callable[[bytes], tuple[Any, int]]


def _read_models(data: bytes) -> tuple[Models, int]:
    ids, end = FUNCTIONS["read_models"](data, 0, len(data))
    return Models(*ids), end


def _extensions_field(coding: Coding) -> Field:
    """Return the extension block of a record in ``coding``: a bag cannot have an order."""

    def annex_c(data: bytes) -> tuple[Any, int]:
        coding_id = header.CODINGS.index(coding)
        entries, end = FUNCTIONS["read_extensions"](data, 0, len(data), coding_id)
        return tuple(entries), end

    max_extensions = DEFAULT_LIMITS.max_extensions
    return Field(
        lambda parser: extensions.read(parser, max_extensions, coding), extensions.write, annex_c
    )


FIELDS: Final = {
    "leb128": Field(
        leb128.read, leb128.write, lambda data: FUNCTIONS["leb"](data, 0, len(data), "SC-HDR-3")
    ),
    "size": Field(
        header.read_size,
        header.write_size,
        lambda data: FUNCTIONS["read_size"](data, 0, len(data)),
    ),
    "models": Field(header.read_models, header.write_models, _read_models),
    "extensions": _extensions_field("nibble"),
    "extensions of a bag": _extensions_field("bag"),
}


def _outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the result of the function, or the id of the broken rule that it raises."""
    try:
        return function(*arguments)
    except (FormatError, UnsupportedError) as error:
        return error.rule
    except Refused as error:
        return str(error)


def _check_field(field: Field, data: bytes) -> None:
    parser = Parser(data)
    value, expected = _outcome(field.read, parser), _outcome(field.annex_c, data)
    if isinstance(value, str):
        assert value == expected or value.startswith("SC-LIM")  # Annex C has no limits
        return
    assert (value, parser.position) == expected
    assert parser.end == len(data), "the end of the field was left in the parser"
    assert field.write(value) == data[: parser.position]


def _check_value(data: bytes) -> None:
    """Parse the value of a registered extension, whose type is 2 to 24."""
    type_id, value = data[0] % 12 * 2 + 2, data[1:]
    meaning = extensions.decode_value(type_id, value)
    assert (meaning is None) == isinstance(_outcome(FUNCTIONS["rule_value"], type_id, value), str)
    if meaning is not None:
        assert extensions.encode_value(type_id, meaning) == value


def _check_check(data: bytes) -> None:
    check_id = data[0] & 3
    assert checksums.compute(check_id, data[1:]) == compute_check(check_id, data[1:])


def _check_nibble(data: bytes) -> None:
    text = nibble.decode(data)
    is_canonical = nibble.is_canonical_spacing(text) and nibble.encode(text) == data
    expected = _outcome(FUNCTIONS["nibble"], data)
    assert text == expected if is_canonical else expected.startswith("SC-NIB")


def _check_text_form(framing: Framing, data: bytes) -> None:
    text = text_framings.PREFIXES[framing] + data
    core = _outcome(lambda: text_framings.read(Parser(text), framing).data)
    assert core == _outcome(FUNCTIONS[f"of_{framing}"], text)
    assert isinstance(core, str) or text_framings.write(framing, core) == text


CHECKS: Final[dict[str, Callable[[bytes], None]]] = {
    "value": _check_value,
    "check": _check_check,
    "nibble": _check_nibble,
    "url": lambda data: _check_text_form("url", data),
    "qr": lambda data: _check_text_form("qr", data),
}


def test_one_input(example: Input) -> None:
    """Check one field of at least one byte."""
    name, data = example
    if data and name in FIELDS:
        _check_field(FIELDS[name], data)
    elif data:
        CHECKS[name](data)


@st.composite
def _values(draw: st.DrawFn) -> bytes:
    """Return a byte that selects a registered extension type, followed by a value of that type."""
    index = draw(st.integers(0, 8))
    kind = extensions.BY_TYPE[2 * index + 2].value_kind
    return bytes([index]) + draw(malformed.extension_values(kind))


def _text_bodies(framing: str) -> st.SearchStrategy[bytes]:
    """Return a strategy for the characters after the prefix of a text form."""
    return malformed.payloads(0).map(lambda core: malformed.wrap(framing, core)[5:])


def inputs() -> st.SearchStrategy[Input]:
    """Return the strategy for inputs: valid and invalid fields, one in three of them edited."""
    fields = {
        "leb128": malformed.integers,
        "size": malformed.sizes(),
        "models": malformed.models(),
        "extensions": malformed.extension_blocks(),
        "value": _values(),
        "check": st.binary(min_size=1, max_size=40),
        "nibble": malformed.payloads(0),
        "url": _text_bodies("url"),
        "qr": _text_bodies("qr"),
    }
    return malformed.name_inputs(fields)


def from_record(data: bytes, framing: str) -> list[Input]:
    """Return the data after the first byte as an input for every field."""
    return [(name, data[1:]) for name in (*FIELDS, *CHECKS)]
