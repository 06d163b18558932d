"""The plan of batches is a table of stages with parts, tokens and prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from semcodec.backends.openai.batches.parts import Limits
from semcodec.backends.openai.batches.plan import BatchDryRunClient, PlannedStage
from semcodec.backends.recording import ModelRequest, Usage
from semcodec.cli.batch_plan import print_batch_plan

STAGES = [
    PlannedStage("describe", "m", 10, 1, 2_000_000, 20_000, 3_000, Decimal(1), Decimal(2),
                 Decimal(1)),
    PlannedStage("select", "m\x1b", 10, 1, 20_000, 4_000, 500, Decimal("0.1"), Decimal("0.2"),
                 Decimal("0.1")),
]  # fmt: skip


def test_plan_is_scaled_to_all_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    print_batch_plan(STAGES, Decimal(1_000))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[:4]]
    assert lines[0][:4] == ["stage", "model", "requests", "parts"]
    assert lines[1] == [
        "describe", "m", "10,000", "10", "20,000,000", "3,000,000", "$1000.00", "$2000.00",
    ]  # fmt: skip
    assert lines[2][2:4] == ["10,000", "1"]
    assert lines[3] == ["total", "20,000", "11", "$1100.00", "$2200.00"]


def test_plan_without_prices_states_that(capsys: pytest.CaptureFixture[str]) -> None:
    print_batch_plan([PlannedStage("describe", "m", 1, 1, 1, 1, 1, None, None)])
    text = capsys.readouterr().out
    assert text.count("unknown") == 5
    assert "half of those of single requests" in text
    assert "Some prices are unknown: install" in text


@pytest.mark.parametrize(("limits", "parts"), [
    (Limits(), 1), (Limits(tokens=1_000), 10), (Limits(dollars=Decimal("0.05")), 20),
])  # fmt: skip
def test_parts_follow_the_limits_of_the_run(limits: Limits, parts: int) -> None:
    class Prices:
        def price(self, model: str, usage: Usage) -> Decimal:
            return Decimal("0.02")

    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 400}]}
    client = BatchDryRunClient(Prices(), lambda request: [Usage()], limits)
    for _ in range(4):
        client(ModelRequest("describe", "chat/completions", body, expected_answer="yes"))
    [stage] = client.stages
    assert stage.scaled(Decimal(25)).parts == pytest.approx(parts, abs=1)
