"""The backend ``local-light`` of the command line, which has no options of its own.

It takes those that name models and steps; its device and its sizes are set in the config file. Its
modules are imported when it is used, since every command of models imports this one.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends import LOCAL_LIGHT
from semcodec.cli import model_options
from semcodec.errors import SemcodecError

if TYPE_CHECKING:
    from semcodec.backends.local.catalog import Kind

OWN: Final = ("steps",)  #: an option of the backend local that applies, too


def create_backends(args: argparse.Namespace, names: Iterable[str | None]) -> dict[str, Any]:
    """Return the backend ``local-light`` by its name if it is among ``names``, else nothing.

    Raises:
        UsageError: a setting is not valid, or several processes would each load the models.
        BackendError: a model is not on this machine.
    """
    if LOCAL_LIGHT not in names:
        return {}
    from semcodec.backends.local_light import create

    backend = model_options.create_backend(args, LOCAL_LIGHT, create, read_settings(args))
    return {LOCAL_LIGHT: backend}


def describe_backend(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the results of the backend depend on: settings, models, version of the library.

    Raises:
        UsageError: a setting is not valid.
        BackendError: its package is not installed, or a model is not on this machine.
    """
    return model_options.describe_backend(create_backends(args, [LOCAL_LIGHT])[LOCAL_LIGHT])


def describe_models(args: argparse.Namespace) -> list[tuple[str, str]]:
    """Return what the backend would use, as names and values for ``doctor``. Nothing is loaded."""
    from semcodec.backends.local_light import LightSettings

    rows = [("packages", find_missing_package() or "installed")]
    try:
        settings = LightSettings.load(**read_settings(args))
        rows.append(("device", f"{settings.device} of OpenVINO"))
        rows.append(("text", _describe_model("text", settings.text_model)))
        rows.append(("pictures", _describe_model("image", settings.image_model)))
    except SemcodecError as error:
        rows.append(("settings", f"not usable: {error}"))
    return rows


def find_missing_package() -> str:
    """Return what to install for the backend; "" if its package is there."""
    from semcodec.backends.local_light.runtime import MISSING, PACKAGE

    return "" if importlib.util.find_spec(PACKAGE) else MISSING


def _describe_model(kind: Kind, name: str | None) -> str:
    from semcodec.backends.local_light import converted

    try:
        found = converted.find(name, kind)
    except SemcodecError as error:
        return f"not available: {error}"
    if found is None:
        fetch = " or ".join(
            f"semcodec models fetch {m.name}" for m in converted.list_converted_models(kind)
        )
        return f"none, so another backend is used: {fetch}, or name a folder"
    precision = f", {found.precision}" if found.precision else ""
    return f"{found.title}{precision}, in {found.folder}"


def read_settings(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the options; None for those that are not given."""
    return model_options.read_settings(args, OWN)
