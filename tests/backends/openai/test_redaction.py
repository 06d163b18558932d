"""A key is removed in every form in which a server may send it back, and ordinary words are not."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import semcodec
from semcodec.backends.openai.redaction import PLACEHOLDERS, REDACTED, Redactor
from semcodec.cli import main
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.images import PHOTO

KEY: Final = "sk-Zx9very/Secret+of=ours42"
FORMS: Final[dict[str, Callable[[str], str]]] = {
    "plain": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "other case": str.swapcase,
    "spaced": " ".join,
    "hyphenated": "-".join,
    "in lines": lambda key: "\n".join(key[at : at + 5] for at in range(0, len(key), 5)),
    "with invisible characters": "\u200b".join,
    "with variation selectors": "\U000e0101".join,
    "full width": lambda key: "".join(chr(ord(char) + 0xFEE0) for char in key),
    "full width and spaced": lambda key: " ".join(chr(ord(char) + 0xFEE0) for char in key),
    "reversed": lambda key: key[::-1],
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded letters": lambda key: "".join(f"%{ord(char):02x}" for char in key),
    "percent-encoded twice": lambda key: quote("".join(f"%{ord(char):02X}" for char in key)),
    "HTML": html.escape,
    "decimal HTML": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "hexadecimal HTML": lambda key: "".join(f"&#x{ord(char):x};" for char in key),
    "JSON escapes": lambda key: "".join(f"\\u{ord(char):04x}" for char in key),
    "JSON escapes, percent-encoded": lambda key: quote(
        "".join(f"\\u{ord(char):04x}" for char in key)
    ),
    "Python escapes": lambda key: "".join(f"\\x{ord(char):02x}" for char in key),
    "quoted-printable": lambda key: "".join(f"={ord(char):02X}" for char in key),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 for URLs": lambda key: base64.urlsafe_b64encode(key.encode()).decode(),
    "base64 of a header": lambda key: base64.b64encode(f"Bearer {key}\r\n".encode()).decode(),
    "base64 of a user": lambda key: base64.b64encode(f"me:{key}".encode()).decode().rstrip("="),
    "base64 in lines": lambda key: base64.encodebytes(f"x{key}".encode() * 4).decode(),
    "base32": lambda key: base64.b32encode(f"user:{key}".encode()).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
    "hexadecimal, spaced": lambda key: key.encode().hex(" ").upper(),
    "hexadecimal numbers": lambda key: ", ".join(f"0x{ord(char):02x}" for char in key),
    "decimal numbers": lambda key: str(list(key.encode())),
    "binary": lambda key: " ".join(f"{ord(char):08b}" for char in key),
}
WITHOUT_LETTERS: Final = ("base64", "base32", "hexadecimal", "decimal numbers", "binary")


def looks_for(key: str, form: str, text: str) -> bool:
    """Return whether ``text`` has the key in a form, with any characters between its letters."""
    kept = str.isalnum
    needle = "".join(filter(kept, FORMS[form](key).lower()))
    return needle in "".join(filter(kept, text.lower()))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_key_is_redacted_where_it_stands(form: str) -> None:
    echo = FORMS[form](KEY)
    shown = Redactor(KEY).redact(f"A boat: {echo} On a lake, {echo}")
    assert not looks_for(KEY, form, shown)
    assert shown.startswith("A boat: ") or form.endswith(("twice", ", percent-encoded"))
    assert REDACTED in shown


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("after", range(3))
def test_characters_that_encode_a_part_of_a_key_are_removed_too(before: int, after: int) -> None:
    echo = base64.b64encode(bytes(before) + KEY.encode() + b"." * after).decode().rstrip("=")
    assert Redactor(KEY).redact(f"A boat: {echo} on a lake") == f"A boat: {REDACTED} on a lake"


@given(
    st.text(st.sampled_from("abcXYZ0189-_/+=."), min_size=20, max_size=60),
    st.sampled_from(sorted(FORMS)),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_form_of_a_key_is_shown(key: str, form: str, before: str, after: str) -> None:
    assume(sum(map(str.isalnum, key)) >= 10)
    assume(len({*key}) > 4)
    shown = Redactor(key).redact(f"{before}\n{FORMS[form](key)}\n{after}")
    assert not looks_for(key, form, shown.replace(REDACTED, " "))


@pytest.mark.parametrize("form", [form for form in FORMS if form.startswith(WITHOUT_LETTERS)])
@pytest.mark.parametrize("key", ["sunflower", "Abcdef", "------", "a1b2c3"])
def test_encoded_short_key_is_redacted(form: str, key: str) -> None:
    assert REDACTED in Redactor(key).redact(f"A boat: {FORMS[form](key)}")


TEXT: Final = (
    "An EMPTY boat, unused; a Sunflower, sun flowers, ollama, LM Studio: no-key, 8 / 7. Null."
)


@pytest.mark.parametrize("key", ["EMPTY", "unused", "Ollama", "lm-studio", "boat", "8/7", "NULL"])
def test_ordinary_words_stay(key: str) -> None:
    assert len(key) < 6 or key.lower() in PLACEHOLDERS
    assert Redactor(key).redact(TEXT) == TEXT


def test_word_as_key_is_redacted_as_it_is_only() -> None:
    text = "A sunflower, a Sunflower, sun flowers, SUNFLOWER, rewolfnus."
    assert Redactor("sunflower").redact(text) == text.replace("sunflower", REDACTED)
    assert Redactor("sunflower1").redact("Sunflower 1, sunflower 2") == f"{REDACTED}, sunflower 2"


def test_description_without_the_key_is_unchanged() -> None:
    text = f"{fake_responses.DESCRIPTION} 100 % &amp; \\u0041 =41 “犬” \u2028 " * 50
    assert Redactor(KEY).redact(text) == text


@pytest.mark.parametrize("form", ["plain", "upper case", "spaced", "base64", "hexadecimal"])
def test_key_in_an_image_is_found(form: str) -> None:
    image = fake_responses.png_file((64, 64))
    redactor = Redactor(KEY)
    assert not redactor.leaks_in(image)
    assert redactor.leaks_in(image + FORMS[form](KEY).encode() + b"\0")
    assert redactor.leaks_in(image + KEY.encode("utf-16"))
    assert not Redactor("unused").leaks_in(b"unused")


#: Forms that come through a header and a file name; the others are tested above.
ECHOES: Final = ("plain", "upper case", "spaced", "base64 of a header", "full width", "reversed")


def echo_server(echo: str, where: str) -> FakeServer:
    """Return a server that sends ``echo`` in one of the places where it can."""

    def choose(received: ReceivedRequest) -> Behavior:
        route = received.path.removeprefix("/v1/")
        if where == "models" and route == "models":
            return respond(200, {"data": [{"id": f"a {echo}"}, {"id": f"b {echo}"}]})
        if where == "status":
            return respond(400, {"error": {"message": f"Not {echo}!", "code": echo}})
        if where == "error":
            return respond(200, {"error": {"message": f"Not {echo}!"}})
        if where == "text":
            return respond(200, f"Not {echo}!".encode(), kind="text/plain")
        body = fake_responses.response_body(route, json.loads(received.body))
        if where == "answer" and route == "chat/completions":
            content = {"content": f"{fake_responses.DESCRIPTION} And {echo} is written on it."}
            body["choices"][0]["message"] |= content
            body["model"] = f"m {echo}"
        if where == "refusal":
            body = fake_responses.chat_body("m", None, refusal=f"No {echo}")
        return respond(200, body, f"x-key: {echo.encode().hex()}")

    return FakeServer(choose)


@pytest.mark.parametrize("where", ["answer", "refusal", "status", "error", "text", "models"])
def test_key_in_any_form_reaches_no_output(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
    Path("photo.jpg").write_bytes(PHOTO)
    echo = ", ".join(FORMS[form](KEY) for form in ECHOES)
    with echo_server(echo, where) as server:
        model = () if where == "models" else ("--model", "m")
        files = "-o", "a.semc", "--trace", "a.json", "--record", "a.db"
        server_options = "--backend", "openai", "--base-url", server.url, *model
        code = main(["encode", "photo.jpg", *files, *server_options])
    assert code == (0 if where == "answer" else 2)
    captured = capsys.readouterr()
    places = [captured.out, captured.err]
    for path in tmp_path.iterdir():
        if path.name != "photo.jpg":
            places += [
                path.read_bytes().decode("utf-8", "replace"),
                path.read_bytes().decode("latin-1"),
            ]
    places += [semcodec.unpack(path.read_bytes()).text for path in tmp_path.glob("*.semc")]
    for form in ECHOES:
        assert not any(looks_for(KEY, form, place) for place in places), form
    assert where in ("answer", "refusal") or REDACTED in captured.err
