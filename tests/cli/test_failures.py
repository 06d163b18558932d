"""Which failures of one input end the run of a batch or a measurement."""

from __future__ import annotations

import pytest

from semcodec.cli.failures import MAX_REPEATED, Failures
from semcodec.cli.output import WriteError
from semcodec.errors import (
    BackendError,
    BudgetExceededError,
    InputError,
    InvalidResponseError,
    RefusalError,
    WorkerDiedError,
)


@pytest.mark.parametrize(
    "error",
    [
        WriteError("The disk is full."),
        BudgetExceededError("Too little money."),
        BackendError("No server.", unavailable=True),
        BackendError("No weights.", stage="load"),
    ],
)
def test_a_failure_of_all_inputs_ends_the_run(error: Exception) -> None:
    assert Failures().end_run(error)


def test_a_server_that_fails_in_the_same_way_ends_the_run() -> None:
    failures, error = Failures(), BackendError("Overloaded.", retryable=True)
    assert not any(failures.end_run(error) for _ in range(MAX_REPEATED - 1))
    failures.reset()
    assert not any(failures.end_run(error) for _ in range(MAX_REPEATED - 1))
    assert not failures.end_run(BackendError("Another message.", retryable=True))
    assert not any(failures.end_run(error) for _ in range(MAX_REPEATED - 1))
    assert failures.end_run(error)


@pytest.mark.parametrize(
    "error",
    [
        InputError("Not an image."),
        BackendError("A defect."),
        WorkerDiedError("The worker was killed.", retryable=True),
        RefusalError("Refused.", retryable=True),
        InvalidResponseError("Not JSON.", retryable=True),
    ],
)
def test_failures_of_one_input_never_end_the_run(error: Exception) -> None:
    failures = Failures()
    assert not any(failures.end_run(error) for _ in range(2 * MAX_REPEATED))
