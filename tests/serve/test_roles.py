"""Which backends a server offers for each role."""

from __future__ import annotations

import pytest

from semcodec.backends.openai import OpenAIBackend
from semcodec.errors import InputError
from semcodec.serve.roles import Roles
from tests.serve.fakes import Painter, Scripted, roles_of, send, serving


def test_one_object_fills_all_roles_that_it_can() -> None:
    scripted = Scripted()
    assert Roles.find(scripted) == roles_of(scripted)


def test_named_painter_edits_its_own_pictures_if_it_can() -> None:
    scripted, other = Scripted(), Scripted()
    assert Roles.find(scripted, painter=other).editor is other
    assert Roles.find(scripted, painter=Painter()).editor is scripted
    assert Roles.find(scripted, painter=other, editor=scripted).editor is scripted


def test_named_describer_checks_and_locates_where_nothing_else_can() -> None:
    scripted, named = Scripted(), Scripted()
    found = Roles.find(Painter(), describer=named, writer="rules")
    assert (found.checker, found.locator) == (named, named)
    assert Roles.find(scripted, describer=named).checker is scripted


def test_names_have_the_models() -> None:
    found = Roles.find("auto", painter=Painter(), describer=Scripted())
    assert found.names() == {
        "describer": "scripted scripted-describer",
        "writer": "rules",
        "painter": "painter",
        "checker": "scripted scripted-checker",
        "locator": "scripted scripted-locator",
    }


def test_backend_must_be_able_to_fill_its_role() -> None:
    with pytest.raises(InputError):
        Roles.find("auto", describer=Painter())


def test_names_of_a_server_are_known_without_a_request() -> None:
    def send(request: object) -> None:
        pytest.fail("sent a request")

    client = OpenAIBackend(base_url="http://127.0.0.1:9/v1", send=send)  # type: ignore[arg-type]
    names = Roles.find("auto", describer=client, writer=client, painter=client).names()
    assert set(names.values()) == {"openai"}


def test_progress_has_the_stage_and_the_model_until_the_end() -> None:
    stages: list[tuple[str, str]] = []
    with serving(roles_of(Scripted()), stages=stages) as server:
        send(server, "POST", "/v1/images/generations", {"prompt": "boat", "size": "8x8"})
        message = {"role": "user", "content": "Hi"}
        send(server, "POST", "/v1/chat/completions", {"messages": [message]})
    end = ("", "")
    assert stages == [("paint", "scripted-painter"), end, ("chat", "scripted-writer"), end]
