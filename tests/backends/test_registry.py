"""Lookup of backends by name, role and override; messages list the alternatives."""

from __future__ import annotations

from typing import Any

import pytest

from semcodec import backends
from semcodec.backends import registry
from semcodec.errors import BackendError, InputError


class DescriberOnly:
    """A backend that can only describe."""

    def describe(self, image: object) -> str:
        return "a red boat"


@pytest.fixture(autouse=True)
def _register_describer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "only-describes", DescriberOnly)


def test_auto_is_the_offline_backend_with_the_rule_based_writer() -> None:
    assert backends.find("describer", "auto").name == "embedded"
    assert backends.find("painter", "auto").name == "embedded"
    assert backends.find("writer", "auto").name == "rules"


def test_default_backend_fills_the_roles_that_the_named_one_cannot() -> None:
    assert isinstance(backends.find("describer", "only-describes"), DescriberOnly)
    assert backends.find("painter", "only-describes").name == "embedded"
    assert backends.find("writer", "embedded").name == "rules"


def test_override_must_be_able_to_fill_its_role() -> None:
    assert isinstance(backends.find("describer", "auto", "only-describes"), DescriberOnly)
    with pytest.raises(InputError, match="'only-describes' cannot be the painter, only describer"):
        backends.find("painter", "auto", "only-describes")


def test_each_run_creates_its_own_instance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DescriberOnly, "paint", DescriberOnly.describe, raising=False)
    first = backends.find_all("only-describes", describer=None, painter="only-describes")
    second = backends.find_all("only-describes", describer="auto", painter=None)
    assert first[0] is first[1]
    assert second[0] is second[1]
    assert first[0] is not second[0]


@pytest.mark.parametrize("role", sorted({*registry.ROLES} - {*registry.DEFAULTS}))
def test_role_without_a_default_needs_a_backend_that_fills_it(role: str) -> None:
    for backend in ("auto", "only-describes"):
        with pytest.raises(InputError, match=f"No default backend can be the {role}"):
            backends.find(role, backend)


@pytest.mark.parametrize("role", sorted(registry.DEFAULTS))
def test_default_backend_of_a_role_can_fill_it(role: str) -> None:
    assert hasattr(backends.find(role, "auto"), registry.ROLES[role])


@pytest.mark.parametrize("role", ["bogus", "", None, 3])
def test_message_about_an_unknown_role_lists_the_known_ones(role: Any) -> None:
    with pytest.raises(InputError, match="not a role: use one of describer, writer, painter"):
        backends.find(role, "auto", DescriberOnly())


def test_names_are_sorted_and_roles_are_those_of_the_class() -> None:
    assert backends.names() == [
        "embedded", "lanczos", "llama.cpp", "lmstudio", "local", "local-light", "ollama",
        "only-describes", "openai", "rules", "vllm",
    ]  # fmt: skip
    assert backends.roles("only-describes") == ["describer"]
    assert {"describer", "painter"} <= set(backends.roles("embedded"))


def test_backend_may_fill_fewer_roles_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can still be named for the others."""
    monkeypatch.setattr(DescriberOnly, "paint", DescriberOnly.describe, raising=False)
    monkeypatch.setattr(DescriberOnly, "default_roles", ("describer",), raising=False)
    assert backends.find("painter", "only-describes").name == "embedded"
    assert isinstance(backends.find("painter", "auto", "only-describes"), DescriberOnly)
    assert backends.find_all("only-describes", editor=None) == (None,)


@pytest.mark.parametrize("broken", [property(lambda self: 1 / 0), 7])
def test_broken_default_roles_are_an_error(monkeypatch: pytest.MonkeyPatch, broken: Any) -> None:
    monkeypatch.setattr(DescriberOnly, "default_roles", broken, raising=False)
    with pytest.raises(BackendError, match="has a broken attribute default_roles"):
        backends.find("describer", "only-describes")


def test_base_url_is_a_server_with_the_other_settings() -> None:
    url = "http://127.0.0.1:9/v1"
    assert backends.is_server(url)
    assert backends.is_server("HTTP://A.EXAMPLE/V1")
    assert backends.is_server("openai")
    assert not backends.is_server("embedded")
    assert "painter" in backends.roles(url)
    server = backends.find("painter", "auto", url)
    assert (server.settings.base_url, server.name) == (url, "openai")
    with pytest.raises(InputError, match="The base URL must not contain a user"):
        backends.find("painter", "auto", "http://me:secret@a.example/v1")


@pytest.mark.parametrize("name", ["unknown", "", "Embedded"])
def test_message_about_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=r"use one of embedded, lanczos, llama\.cpp, lmst"):
        backends.find("describer", name)


def test_backend_is_given_by_name_or_as_an_object() -> None:
    backend = DescriberOnly()
    assert backends.find("describer", backend) is backend
    for value in (3, None, DescriberOnly):
        with pytest.raises(InputError, match="must be a name, or an object"):
            backends.find("describer", value)
    with pytest.raises(InputError, match="'DescriberOnly' cannot be the painter"):
        backends.find("painter", "auto", backend)


def test_message_names_the_offline_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_entry_points", dict)
    with pytest.raises(BackendError, match="pip install semcodec-embedded") as caught:
        backends.find("painter", "auto")
    assert (caught.value.backend, caught.value.stage) == ("embedded", "load")


def test_entry_point_that_fails_is_a_backend_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def load(self) -> object:
            raise RuntimeError("no such library")

    monkeypatch.setattr(registry, "_entry_points", lambda: {"broken": Broken()})
    with pytest.raises(BackendError, match="cannot be loaded: reinstall it"):
        backends.find("painter", "broken")


@pytest.mark.parametrize("created", [None, object(), DescriberOnly])
def test_named_backend_without_a_role_is_an_error(
    monkeypatch: pytest.MonkeyPatch, created: object
) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "none", lambda: created)
    for find in (
        lambda: backends.find("describer", "none"),
        lambda: backends.find("describer", "auto", "none"),
        lambda: backends.roles("none"),
    ):
        with pytest.raises(InputError, match="none cannot fill any role"):
            find()


@pytest.mark.parametrize("methods", [("select_words",), ("select_words", "describe")])
def test_writer_without_select_is_an_error(
    monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...]
) -> None:
    backend = type("Selector", (), dict.fromkeys(methods, DescriberOnly.describe))()
    monkeypatch.setitem(registry.BUILT_IN, "selector", lambda: backend)
    for value in (backend, "selector"):
        for arguments in ((value,), ("auto", value)):
            with pytest.raises(InputError, match="needs"):
                backends.find("writer", *arguments)
