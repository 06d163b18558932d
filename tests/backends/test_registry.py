"""Who fills which place: by name, by default, and what is said when nobody can."""

from __future__ import annotations

import pytest

from semcodec import backends
from semcodec.backends import registry
from semcodec.errors import BackendError, InputError


class Seer:
    """Describes and nothing else."""

    def describe(self, image: object) -> str:
        return "a red boat"


@pytest.fixture(autouse=True)
def _seer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "seer", Seer)
    monkeypatch.setattr(registry, "_made", {})


def test_auto_is_the_offline_backend_with_the_deterministic_writer() -> None:
    assert backends.find("describer", "auto").name == "embedded"
    assert backends.find("painter", "auto").name == "embedded"
    assert backends.find("writer", "auto").name == "deterministic"


def test_a_general_backend_fills_what_it_can_and_the_default_the_rest() -> None:
    assert isinstance(backends.find("describer", "seer"), Seer)
    assert backends.find("painter", "seer").name == "embedded"
    assert backends.find("writer", "embedded").name == "deterministic"


def test_a_special_backend_must_be_able() -> None:
    assert isinstance(backends.find("describer", "auto", "seer"), Seer)
    with pytest.raises(InputError, match="seer is no painter"):
        backends.find("painter", "auto", "seer")


def test_a_backend_is_made_once() -> None:
    assert backends.find("describer", "seer") is backends.find("describer", "seer")


def test_names_and_roles() -> None:
    assert backends.names() == ["deterministic", "embedded", "openai", "seer"]
    assert backends.roles("seer") == ["describer"]
    assert backends.roles("embedded") == ["describer", "painter"]


@pytest.mark.parametrize("name", ["nobody", "", "Embedded"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match="there are deterministic, embedded, openai, seer"):
        backends.find("describer", name)


def test_a_backend_is_a_name_or_an_object() -> None:
    seer = Seer()
    assert backends.find("describer", seer) is seer
    for nothing in (3, None, Seer):
        with pytest.raises(InputError, match="by its name, or as an object"):
            backends.find("describer", nothing)
    with pytest.raises(InputError, match="The backend Seer is no painter"):
        backends.find("painter", "auto", seer)


def test_without_the_offline_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_plugged_in", dict)
    with pytest.raises(BackendError, match="pip install semcodec-embedded") as caught:
        backends.find("painter", "auto")
    assert (caught.value.backend, caught.value.stage) == ("embedded", "load")


def test_a_plug_in_that_breaks_is_a_backend_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def load(self) -> object:
            raise RuntimeError("no such library")

    monkeypatch.setattr(registry, "_plugged_in", lambda: {"broken": Broken()})
    with pytest.raises(BackendError, match="cannot be loaded, install it again: no such library"):
        backends.find("painter", "broken")
