"""What would run for each role: its backend, the model, and when a checker is used."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Final, NoReturn

from semcodec import backends
from semcodec.backends.isolation import attempt, backend_name, has_method, valid_name
from semcodec.backends.local import LocalBackend
from semcodec.backends.local.settings import NAME as LOCAL
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import ModelRequest
from semcodec.cli import light_options, local_options, openai_options
from semcodec.cli.doctor_models import find_missing
from semcodec.errors import BackendError, SemcodecError
from semcodec.pipeline.layers.stages import find_locator
from semcodec.pipeline.reflection import qualification
from semcodec.pipeline.reflection.painting import KINDS, MIN_AUTO_UBPP, is_paid

NEEDED: Final = ("describer", "writer", "painter")  #: encode and decode cannot do without
NO_EDITOR: Final = "none: a picture is painted again, with the change in its prompt"
ONLY_MODEL: Final = "the only model of the server"


def describe_roles(args: argparse.Namespace) -> list[tuple[str, str, bool]]:
    """Return each role with what would fill it, and whether encode and decode can work with that.

    Args:
        args: the options ``--backend``, those of all roles, and those of the models of a server.
    """
    selected = _Selection(args)
    roles = [(role, *selected.describe(role)) for role in NEEDED]
    return [
        *roles,
        ("editor", *selected.describe_named("editor", selected.describe_editor)),
        ("checker", *selected.describe_named("checker", selected.describe_checker)),
        ("upscaler", *selected.describe("upscaler")),
        ("locator", *selected.describe_named("locator", selected.describe_locator)),
    ]


class _Selection:
    """The backends that a command line selects; nothing is sent."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._instances: dict[str, Any] = {}

    def describe(self, role: str) -> tuple[str, bool]:
        """Return the backend and the model of a role and True, or the error and False."""
        try:
            backend = self._find(role)
            missing = find_missing(backend, role) or self._find_missing_package(backend)
            name = _name(backend, role)
            return (f"{name}: {missing}", False) if missing else (name, True)
        except SemcodecError as error:
            return f"not available: {error}", False

    def describe_named(self, role: str, describe: Callable[[], str]) -> tuple[str, bool]:
        """Return what ``describe`` returns and True, or the error of a named backend and False."""
        text, is_usable = self.describe(role) if getattr(self._args, role) else ("", True)
        return (describe(), True) if is_usable else (text, False)

    def describe_editor(self) -> str:
        """Return what changes a picture, or what is done without an editor."""
        painter, editor = self._find_optional("painter"), self._find_optional("editor")
        own = painter if has_method(painter, backends.ROLES["editor"]) else None
        otherwise = NO_EDITOR if own is None else _name(own, "editor")
        if editor is None or editor is own or (own is not None and not self._args.editor):
            return otherwise
        name = _name(editor, "editor")
        is_unseen = _reports(painter) and not _reports(editor)
        if is_unseen and not self._has_other_checker():
            return f"{otherwise}; {name} is not used, because nothing checks its pictures"
        if is_unseen or is_paid(editor):
            return f"{name}, only with --reflect N; else {otherwise}"
        return name

    def describe_checker(self) -> str:
        """Return what checks a picture, and when."""
        painter = self._find_optional("painter")
        own = f"{backend_name(painter)} itself, by what it has drawn" if _reports(painter) else ""
        if own and not self._args.checker:
            when = "only with --reflect N, because it is paid" if is_paid(painter) else "always"
            return f"{own}; {when}"
        checker = self._find_optional("checker")
        if checker is None:
            return "none: pictures are not checked, add --checker NAME"
        text = f"{_name(checker, 'checker')}; {_when(checker, painter)}"
        return f"{text}; else {own}" if own else text

    def describe_locator(self) -> str:
        """Return what finds the boxes of a layout, if one is wanted."""
        locator = self._find_locator()
        if locator is None:
            return "none: records have no layout, add --locator NAME"
        return f"{_name(locator, 'locator')}; only with --layers"

    def _find_locator(self) -> Any:
        """Return the locator that ``encode`` finds; None if there is none."""
        if self._args.locator:
            return self._find_optional("locator")
        describer = self._find_optional("describer")
        try:
            return find_locator(self._load(self._args.backend), describer, None)
        except SemcodecError:
            return None

    def _has_other_checker(self) -> bool:
        """Return whether the user has named a checker that may decide."""
        checker = self._find_optional("checker") if self._args.checker else None
        if checker is None:
            return False
        name = qualification.published_name(checker)
        return not qualification.is_measured(name) or bool(_kinds(name))

    def _find_optional(self, role: str) -> Any:
        try:
            return self._find(role)
        except SemcodecError:
            return None

    def _find(self, role: str) -> Any:
        override = self._load(getattr(self._args, role))
        return backends.find_all(self._load(self._args.backend), **{role: override})[0]

    def _load(self, name: str | None) -> Any:
        """Return the object of a named backend; one of OpenAI's API sends nothing."""
        if name is None or name == backends.AUTO:
            return name
        if name not in self._instances:
            self._instances[name] = self._create(name)
        return self._instances[name]

    def _create(self, name: str) -> Any:
        if name == LOCAL:
            return LocalBackend(**local_options.read_settings(self._args))
        if name == backends.LOCAL_LIGHT:
            from semcodec.backends.local_light import create

            return create(**light_options.read_settings(self._args))
        return self._server(name) if backends.is_server(name) else backends.load(name)

    def _find_missing_package(self, backend: object) -> str:
        is_light = backend is self._instances.get(backends.LOCAL_LIGHT)
        return light_options.find_missing_package() if is_light else ""

    def _server(self, name: str) -> OpenAIBackend:
        settings = openai_options.model_settings(self._args)
        settings |= openai_options.named_settings(self._args, name)
        server = OpenAIBackend(send=_refuse, **settings)
        server.name = name  # so that the lines of several servers differ
        return server


def _refuse(request: ModelRequest) -> NoReturn:
    raise BackendError("doctor sends no request.", backend="openai", stage=request.stage)


def _name(backend: object, role: str) -> str:
    """Return the names of a backend and of its model for ``role``, if it has models."""
    name = backend_name(backend)
    if not attempt(lambda: has_method(backend, "model_name"), False):
        return name
    read: Any = backend
    model = attempt(lambda: valid_name(read.model_name(role)), "")
    if not model and isinstance(backend, OpenAIBackend):
        return f"{name}, with {ONLY_MODEL}"
    return f"{name}, model {model}" if model and model != name else name


def _when(checker: object, painter: object) -> str:
    """Return when a checker is used, and on what it decides."""
    name = qualification.published_name(checker)
    kinds = _kinds(name)
    if not qualification.is_measured(name):
        return "only with --reflect N; it was not measured, and decides on every statement"
    if not kinds:
        return "not used: it misses too many planted faults to decide"
    decides = f"decides on {', '.join(kinds)}"
    if is_paid(checker) or is_paid(painter):
        return f"only with --reflect N, because calls are paid; {decides}"
    return f"with --reflect N, and from {MIN_AUTO_UBPP} µbpp of payload on; {decides}"


def _kinds(name: str) -> list[str]:
    """Return the kinds of statements on which a checker with this published name decides."""
    return [kind for kind in KINDS if qualification.may_decide(name, kind)]


def _reports(backend: object) -> bool:
    """Return whether a backend reports what it has drawn."""
    return has_method(backend, "painted_scene")
