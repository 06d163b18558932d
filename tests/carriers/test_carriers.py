"""The examples in the docstrings of the package, and arguments of wrong types."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec import carriers
from semcodec.carriers import alt_text, ndef, qr
from semcodec.errors import InputError

RECORD = semcodec.unpack(semcodec.pack("rd bt"))
PICTURE = Image.new("RGB", (8, 8))
WRONG: tuple[Any, ...] = (None, 5, 3.5, True, [], object(), "x", "\ud800", PICTURE, RECORD)
#: Functions of one argument that is the content of a carrier.
READERS: dict[str, Callable[[Any], object]] = {
    "find_record": carriers.find_record,
    "extract": carriers.extract,
    "qr.read": qr.read,
    "ndef.read": ndef.read,
}


@pytest.mark.parametrize("module", [carriers, qr, ndef, alt_text], ids=lambda m: m.__name__)
def test_examples_in_docstrings(module: ModuleType) -> None:
    assert doctest.testmod(module, extraglobs={"semcodec": semcodec}).failed == 0


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_wrong_arguments_are_input_errors(read: Callable[[Any], object], wrong: Any) -> None:
    if read is qr.read and wrong is PICTURE:
        return
    with pytest.raises(InputError):
        read(wrong)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("position", range(4))
def test_wrong_arguments_of_a_picture_file_are_input_errors(position: int, wrong: Any) -> None:
    arguments: list[Any] = [PICTURE, ["red", "boat"], RECORD, "PNG"]
    if isinstance(wrong, type(arguments[position])) and wrong not in ("x", "\ud800"):
        return
    arguments[position] = wrong
    with pytest.raises(InputError):
        carriers.to_picture_file(*arguments)


@pytest.mark.parametrize("convert", [bytes, bytearray, memoryview], ids=lambda kind: kind.__name__)
def test_content_is_any_object_like_bytes(convert: Callable[[bytes], Any]) -> None:
    message = convert(ndef.write(RECORD))
    assert carriers.find_record(message).text == "rd bt"
    assert carriers.extract(message) == ndef.read(message)


@pytest.mark.parametrize("text", ["semc:{}", "Look: <semc:{}>.", "SemC:{}"])
def test_record_is_found_in_a_string(text: str) -> None:
    body = semcodec.repack(RECORD, framing="url").decode().removeprefix("semc:")
    assert carriers.find_record(text.format(body)).text == "rd bt"
