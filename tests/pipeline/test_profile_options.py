"""``encode(profile=...)``: records satisfy the profile; conflicting options are refused."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import DryRunClient, OpenAIBackend
from semcodec.bitstream import Models
from semcodec.bitstream.profiles import PROFILE_RULES
from semcodec.errors import InputError
from semcodec.pipeline import profile_options

PICTURE = Image.new("RGB", (300, 200), "red")
EMBEDDED = "semcodec-embedded 1"
LOCAL = "http://127.0.0.1:9/v1"
TOOL = f"semcodec {semcodec.__version__}"


class Plain:
    """A describer and writer that does not name its models."""

    name = "plain"

    def describe(self, image: object) -> str:
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        return ["red", "boat"][:k]


class Nameless(Plain):
    name = ""


def openai(**settings: Any) -> OpenAIBackend:
    return OpenAIBackend(send=DryRunClient(), **settings)


def profiles_of(encoded: semcodec.Encoded) -> tuple[str, ...]:
    framing: Any = encoded.record.framing
    report = semcodec.validate(encoded.data, framing=framing)
    assert report.verdict == "valid"
    return report.profiles


BACKENDS = ["auto", openai(), openai(base_url=LOCAL, describer="qwen3-vl:8b"), Plain(), Nameless()]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("profile", profile_options.PROFILES)
@pytest.mark.parametrize("options", [{}, {"description": "A cat."}, {"k": 1}, {"max_bytes": 400}])
def test_record_satisfies_the_profile(backend: object, profile: Any, options: Any) -> None:
    encoded = semcodec.encode(PICTURE, backend=backend, profile=profile, **options)
    assert profile in profiles_of(encoded)


@pytest.mark.parametrize("picture", [(3000, 200), (200, 1900), (1, 50), (1000, 777)])
@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_tiny_has_a_size_with_a_code_for_every_photograph(
    picture: tuple[int, int], fit: Any
) -> None:
    encoded = semcodec.encode(Image.new("RGB", picture), profile="tiny", fit=fit)
    assert "tiny" in profiles_of(encoded)
    assert any("cut away" in notice for notice in encoded.trace.notices) == (
        fit == "cover" and picture != (1000, 777)
    )


@pytest.mark.parametrize(
    ("backend", "names"),
    [
        ("auto", (EMBEDDED, "deterministic 1", EMBEDDED, "semcodec prompts 1")),
        (openai(), ("gpt-5.5", "gpt-5.5", "gpt-image-2", "semcodec prompts 1")),
        (
            openai(base_url=LOCAL, describer="qwen3-vl:8b", writer="gemma", painter="flux"),
            ("qwen3-vl:8b", "gemma", "flux", "semcodec prompts 1"),
        ),
        (
            openai(base_url=LOCAL, describer="qwen3-vl:8b"),
            ("qwen3-vl:8b", "its-only-model", EMBEDDED, "semcodec prompts 1"),
        ),
        (Plain(), ("plain", "plain", EMBEDDED, "plain")),
        (Nameless(), ("Nameless", "Nameless", EMBEDDED, "Nameless")),
    ],
)  # fmt: skip
def test_archive_names_every_model_and_the_program(backend: Any, names: Any) -> None:
    record = semcodec.encode(PICTURE, backend=backend, profile="archive").record
    roles = ("describer", "writer", "painter", "prompts")
    assert record.metadata == {**dict(zip(roles, names, strict=True)), "tool": TOOL}


def test_archive_states_a_registered_set_too() -> None:
    assert semcodec.encode(PICTURE, backend=openai(), profile="archive").record.models == Models(1)


def test_archive_of_a_given_description_names_it_as_such() -> None:
    server = openai(base_url=LOCAL, writer="gemma", painter="flux")
    for backend, painter in (("auto", EMBEDDED), (server, "flux")):
        encoded = semcodec.encode(PICTURE, backend=backend, description="A cat.", profile="archive")
        assert encoded.record.metadata["describer"] == "given description"
        assert encoded.record.metadata["painter"] == painter


@pytest.mark.parametrize(
    ("profile", "options", "parts"),
    [
        ("archive", {"check": "crc8"}, ("archive", "crc32", "check crc8")),
        ("archive", {"check": "crc16"}, ("archive", "crc32", "check crc16")),
        ("archive", {"framing": "qr"}, ("archive", "file", "framing qr")),
        ("archive", {"framing": "bare"}, ("archive", "file", "framing bare")),
        ("archive", {"models": "unspecified"}, ("archive", "names", "models unspecified")),
        ("archive", {"models": 7}, ("archive", "names", "models 7")),
        ("archive", {"models": Models(0, 1)}, ("archive", "names", "models Models(")),
        ("file", {"framing": "url"}, ("profile file", "framing url")),
        ("tiny", {"framing": "file"}, ("tiny", "bare or sequence", "framing file")),
        ("tiny", {"framing": "qr"}, ("tiny", "bare or sequence", "framing qr")),
        ("tiny", {"check": "crc16"}, ("tiny", "none or crc8", "check crc16")),
        ("tiny", {"size": (1000, 777)}, ("tiny", "code", "size 1000x777")),
        ("tiny", {"models": "names"}, ("tiny", "set", "models names")),
        ("tiny", {"models": Models(0, 1)}, ("tiny", "set", "models Models(")),
    ],
)
def test_option_that_conflicts_is_refused_by_name(
    profile: Any, options: Any, parts: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        semcodec.encode(PICTURE, backend="unknown", profile=profile, **options)
    assert all(part in str(caught.value) for part in parts)
    assert "omit one of the two" in str(caught.value)


@pytest.mark.parametrize(
    ("profile", "options"),
    [
        ("archive", {"check": "crc32", "framing": "file", "models": "names"}),
        ("archive", {"size": (1000, 777), "coding": "utf8"}),
        ("file", {"check": "crc16", "models": "names", "size": (1000, 777)}),
        ("tiny", {"framing": "sequence", "check": "crc8", "models": "openai"}),
        ("tiny", {"size": [512, 512], "models": 99}),
    ],
)
def test_option_that_the_profile_allows_is_kept(profile: Any, options: Any) -> None:
    encoded = semcodec.encode(PICTURE, profile=profile, **options)
    assert profile in profiles_of(encoded)
    assert encoded.record.check == options.get("check", encoded.record.check)
    assert encoded.record.framing == options.get("framing", encoded.record.framing)


@pytest.mark.parametrize("profile", ["huge", "", 7, ["tiny"], "Tiny"])
def test_unknown_profile_is_an_input_error(profile: Any) -> None:
    with pytest.raises(InputError, match=r"Unknown profile.*: use one of tiny, file, archive"):
        semcodec.encode(PICTURE, profile=profile)


def test_without_a_profile_the_framing_is_file() -> None:
    assert semcodec.encode(PICTURE).record.framing == "file"
    assert semcodec.encode(PICTURE, profile="tiny").record.framing == "bare"


def test_limit_below_an_archive_advises_no_option_that_it_forbids() -> None:
    with pytest.raises(InputError) as caught:
        semcodec.encode(PICTURE, profile="archive", max_bytes=20)
    message = str(caught.value)
    assert "use max_bytes 106" in message
    assert "framing bare" not in message
    assert "models unspecified" not in message


def test_every_rule_of_a_profile_is_kept_by_its_options() -> None:
    """Fails if the specification gets a profile, or a rule, for which there is no option."""
    assert {rule.profile for rule in PROFILE_RULES} == set(profile_options.PROFILES)
    assert set(profile_options.FRAMINGS) == set(profile_options.PROFILES)
