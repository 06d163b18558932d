"""The closed choices of arguments: type checkers and the library know the same ones."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyright
import pytest
from mypy import api as mypy
from PIL import Image

import semcodec
from semcodec import carriers, choices, words
from semcodec._registry import CHECKS, CODINGS, EXTENSIONS, FRAMINGS, MODEL_SETS, PROFILES
from semcodec.choices import values_of
from semcodec.cli.main import make_parser
from semcodec.errors import InputError
from semcodec.imaging import fitting
from tests import profiles

ROOT = Path(__file__).parents[1]
RECORD = semcodec.pack("red bear")
PHOTO = Image.new("RGB", (8, 8), "red")

#: For each type: an argument of that type, and a call with a value of it.
ARGUMENTS: tuple[tuple[Any, str, Callable[[Any], object]], ...] = (
    (choices.CodingChoice, "coding", lambda value: semcodec.pack("nt", coding=value)),
    (choices.Keep, "keep", lambda value: semcodec.pack("nt", keep=value)),
    (choices.OutputFraming, "framing", lambda value: semcodec.pack("nt", framing=value)),
    (choices.Check, "check", lambda value: semcodec.pack("nt", check=value)),
    (choices.ModelSet, "model set", lambda value: semcodec.pack("nt", models=value)),
    (choices.UnpackFraming, "framing", lambda value: semcodec.unpack(RECORD, framing=value)),
    (choices.Profile, "profile", lambda value: semcodec.validate(RECORD, profile=value)),
    (choices.ExtensionName, "extension name", lambda value: semcodec.extension(value, "x")),
    (choices.CodingChoice, "coding", lambda value: semcodec.encode(PHOTO, coding=value)),
    (choices.Language, "language", lambda value: semcodec.encode(PHOTO, language=value)),
    (choices.Rate, "rate", lambda value: semcodec.encode(PHOTO, rate=value)),
    (choices.SkeletonMethod, "skeletons", lambda value: semcodec.encode(PHOTO, skeletons=value)),
    (choices.Coding, "coding", lambda value: semcodec.select("a red bear", 2, coding=value)),
    (choices.QrKind, "kind of QR code", lambda value: carriers.qr.write(RECORD, value)),
    (
        choices.PictureFormat,
        "picture format",
        lambda value: carriers.to_picture_file(PHOTO, ["red"], semcodec.unpack(RECORD), value),
    ),
    (choices.RateEntry, "entry", lambda value: semcodec.rate_breakdown(RECORD).bits(value)),
    (choices.Fit, "fit", lambda value: fitting.fit_photograph(PHOTO, (3, 2), value)),
)
IDS = [f"{row[1]}-{index}" for index, row in enumerate(ARGUMENTS)]


@pytest.mark.parametrize(("choice", "name", "call"), ARGUMENTS, ids=IDS)
def test_message_lists_the_values_of_the_type(
    choice: Any, name: str, call: Callable[[Any], object]
) -> None:
    with pytest.raises(InputError, match=name) as caught:
        call("lexicom")
    listed = str(caught.value).rpartition("one of ")[2].removesuffix(".").split(", ")
    assert listed == list(values_of(choice))


@pytest.mark.parametrize(("choice", "name", "call"), ARGUMENTS, ids=IDS)
def test_every_value_of_the_type_is_known(
    choice: Any, name: str, call: Callable[[Any], object]
) -> None:
    for value in values_of(choice):
        assert "nknown" not in message(lambda value=value: call(value)), (name, value)  # type: ignore[misc]


def message(call: Callable[[], object]) -> str:
    """Return the message of the error of ``call``, or "".

    A known value may not fit the other arguments: the extension ``seed`` is not a text.
    """
    try:
        call()
    except semcodec.SemcodecError as error:
        return str(error)
    return ""


class Liar(str):
    """A string that is equal to anything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def test_message_shows_the_beginning_of_an_unknown_value() -> None:
    long = "x" * 40
    for value, shown in (
        ("lexicom", " 'lexicom'"), (2 * long, f" '{long}'"), (Liar("\n"), " '\\n'"), (5, ""),
        (None, ""), (["nibble"], ""),
    ):  # fmt: skip
        error = message(lambda value=value: semcodec.pack("nt", coding=value))  # type: ignore[misc]
        assert error == (
            f"Unknown coding{shown}: use one of {', '.join(values_of(choices.CodingChoice))}."
        )


def test_types_of_records_are_those_of_the_registry() -> None:
    names = tuple(entry.name for entry in EXTENSIONS)
    assert (values_of(choices.Coding), values_of(choices.Check)) == (CODINGS, CHECKS)
    assert (values_of(choices.Framing), values_of(choices.ModelSet)) == (FRAMINGS, MODEL_SETS)
    assert (values_of(choices.ExtensionName), values_of(choices.Profile)) == (names, PROFILES)
    assert set(values_of(choices.InputFraming)) == {*FRAMINGS} - {"sequence"}
    assert set(values_of(choices.OutputFraming)) == {*FRAMINGS} - {"png"}


def test_judges_and_reflections_have_the_values_of_their_types() -> None:
    for name in values_of(choices.JudgeName):
        assert f"'{name}'" in message(lambda: words.judge("such"))  # type: ignore[arg-type]
    for value in values_of(choices.Reflection):
        error = message(lambda value=value: semcodec.decode(RECORD, reflect=value, seed=-1))  # type: ignore[misc]
        assert error.startswith("Invalid seed")
    error = message(lambda: semcodec.decode(RECORD, reflect="of"))  # type: ignore[arg-type]
    assert error.startswith("Invalid reflect")


def test_options_of_the_command_line_have_the_values_of_the_types() -> None:
    expected = {
        ("pack", "--coding"): choices.CodingChoice,
        ("pack", "--keep"): choices.Keep,
        ("pack", "--framing"): choices.OutputFraming,
        ("pack", "--check"): choices.Check,
        ("encode", "--coding"): choices.CodingChoice,
        ("encode", "--skeletons"): choices.SkeletonMethod,
        ("encode", "--fit"): choices.Fit,
        ("encode", "--language"): choices.Language,
        ("encode", "--models"): choices.ModelSetChoice,
        ("decode", "--reflect-by"): choices.ReflectionMethod,
        ("validate", "--profile"): choices.Profile,
    }
    (commands,) = [a for a in make_parser()._actions if a.metavar == "COMMAND"]
    for (command, option), choice in expected.items():
        (action,) = [a for a in commands.choices[command]._actions if option in a.option_strings]
        assert tuple(action.choices) == values_of(choice), (command, option)


def test_no_public_function_takes_any_string_for_a_choice() -> None:
    """A parameter with one of these names has a type from ``semcodec.choices``."""
    closed = {"coding", "keep", "framing", "check", "fit", "rate", "skeletons", "judge", "profile",
              "reflect", "reflect_by", "language"}  # fmt: skip
    found = set()
    for name in semcodec.__all__:
        function = getattr(semcodec, name)
        if inspect.isfunction(function):
            for parameter in inspect.signature(function).parameters.values():
                if parameter.name in closed and name not in ("decompress", "readings"):
                    found.add(parameter.name)
                    assert re.search(rf"\b({'|'.join(choices.__all__)})\b", parameter.annotation)
                    assert not re.search(r"\bstr\b", parameter.annotation), (name, parameter)
    assert found == closed


TYPOS = """
import semcodec
from PIL import Image

data = semcodec.pack("red bear", coding="lexicom")
semcodec.pack("red bear", framing="png")
semcodec.pack("red bear", check="crc64")
semcodec.pack("red bear", keep="word")
semcodec.unpack(data, framing="sequence")
semcodec.repack(semcodec.unpack(data), framing="auto")
semcodec.validate(data, profile="tin")
semcodec.extension("sed", 7)
semcodec.encode(b"", fit="crop")
semcodec.encode(b"", coding="lexicom")
semcodec.encode(b"", skeletons="rules")
semcodec.encode(b"", judge="mini")
semcodec.encode(b"", models="openia")
semcodec.decode(data, reflect="on")
semcodec.select("a red bear", 1, coding="auto")
semcodec.decode(data).to_file("GIF")
semcodec.rate_breakdown(data).bits("playload")
semcodec.decode(data).image.width.upper()
semcodec.encode(b"").image.sise
""".strip()
RIGHT = """
import semcodec
from PIL import Image

data = semcodec.pack("red bear", coding="auto", keep="words", framing="file", check="crc16")
record = semcodec.unpack(data, framing="auto")
semcodec.repack(record, framing="qr", check=record.check)
semcodec.pack(record.text, coding=record.coding, models="local", extensions={"seed": 7})
image: Image.Image = semcodec.decode(data, reflect="off").image
semcodec.encode(image, fit="contain", judge=None, models="auto").image.save("x.png")
""".strip()


def test_misspelled_choices_are_type_errors(tmp_path: Path) -> None:
    """Each line of TYPOS from the fourth on is an error, and no line of RIGHT is one."""
    (tmp_path / "typos.py").write_text(TYPOS)
    (tmp_path / "right.py").write_text(RIGHT)
    files = [str(tmp_path / name) for name in ("typos.py", "right.py")]
    # The configuration and the cache are those of the gate, which has just checked the library.
    output = mypy.run(["--config-file", str(ROOT / "pyproject.toml"), *files])[0]
    errors = re.findall(r"(typos|right)\.py:(\d+): error", output)
    expected = [("typos", str(number)) for number in range(4, TYPOS.count("\n") + 2)]
    assert errors == expected, output


@pytest.mark.sampled
@profiles.at_night  # mypy checks the same types in the gate; pyright takes 15 s
@pytest.mark.skipif(not shutil.which("node"), reason="pyright needs Node.js")
def test_every_public_type_is_known_to_pyright() -> None:
    """pyright brings its program along, so this needs no network."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    result = subprocess.run(
        [sys.executable, "-m", pyright.__name__, "--verifytypes", "semcodec", "--ignoreexternal"],
        env=os.environ | {"PATH": path, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Type completeness score: 100%" in result.stdout, result.stdout
