"""Options of ``semcodec bulk`` that do not match, and packages that are not installed."""

from __future__ import annotations

import importlib.util
import sys
from argparse import Namespace
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.cli import bulk, bulk_engine
from semcodec.cli.main import make_parser
from tests.cli.bulk_files import HERE, hostile, write_parts
from tests.cli.conftest import Run

pytest.importorskip("pyarrow.parquet")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "7"], "--seed is for --decode: add --decode, or omit it"),
        (["--plain"], "--plain is for --decode"),
        (["--decode", "--k", "3"], "--k is not for --decode"),
        (["--decode", "--layers", "layout"], "--layers is not for --decode"),
        (["--decode", "--retry-failed"], "--retry-failed is not for --decode"),
        (["--decode", "--size", "9999x9"], "4096 pixels a side"),
        (["--model", "m"], "--model needs a server"),
        (["--profile", "tiny", "--layers", "colors"], "tiny"),
    ],
)
def test_options_that_do_not_match(
    run: Run, bulk_folder: Path, options: list[str], message: str
) -> None:
    write_parts(hostile("a"))
    code, _, err = run("bulk", "out" if "--decode" in options else "in", "-o", "x", *HERE, *options)
    assert code == 2
    assert message in err
    assert not [*Path("x").glob("*")]


def test_options_of_one_direction_exist() -> None:
    args = make_parser("bulk").parse_args(["bulk", "in", "-o", "out"])
    for name in (*bulk.ENCODING, *bulk.DECODING):
        assert getattr(args, name) == bulk._default(args.command_parser, name)


def test_urls(run: Run, bulk_folder: Path) -> None:
    code, _, err = run("bulk", "s3://bucket/in", "-o", "out", *HERE)
    assert code == 2
    assert "--engine local reads folders of this machine" in err
    write_parts(hostile("a"))
    code, _, err = run("bulk", "--decode", "out", "-o", "s3://bucket/pictures", *HERE)
    assert code == 2
    assert "Pictures are written to this machine" in err


def test_without_packages(run: Run, bulk_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec

    def find(missing: str) -> Callable[[str], Any]:
        return lambda name, *rest: None if name == missing else find_spec(name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", find("pyarrow"))
        code, _, err = run("bulk", "in", "-o", "out")
        assert (code, "pip install 'semcodec[bulk]'" in err) == (2, True)
    monkeypatch.setitem(sys.modules, "daft", None)
    code, _, err = run("bulk", "in", "-o", "out", "--engine", "daft")
    assert (code, "pip install 'semcodec[bulk]', or use --engine local" in err) == (2, True)
    monkeypatch.setattr(importlib.util, "find_spec", find("daft"))
    assert run("bulk", "in", "-o", "out")[0] == 0
    assert not Path("x").exists()


def test_first_line_of_a_run_on_a_cluster() -> None:
    args = Namespace(engine="ray", jobs=4, max_cost=Decimal(1), backend="openai")
    line = bulk_engine.describe_division(args, 100)
    assert (
        line == "4 actors: each keeps 1/4 of the rate limits of the settings, and may spend $0.2500"
    )
    args.engine = "daft"
    assert bulk_engine.describe_division(args, 100) == ""
