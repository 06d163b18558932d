"""A worker process that reserves the price of calls until the budget is used; imports little."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection

from semcodec.backends.recording import Budget
from semcodec.bulk import worker_calls
from semcodec.bulk.worker_calls import WorkerCalls
from semcodec.errors import BudgetExceededError
from tests.backends.recording.factories import FlatPrices, make_request

NOTE = {"model": "m", "dollars": 0.5}


def spend(connect: Callable[[], None], is_killed: bool, results: Connection) -> None:
    """Send how many calls the budget allowed; or be killed after the first."""
    connect()
    calls = worker_calls.worker_calls()
    assert calls is not None
    budget, count = budget_of(calls), 0
    try:
        with calls.working_on(str(os.getpid())):
            while True:
                budget.reserve(make_request())
                calls.begin("describe", NOTE)
                if is_killed:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1
    except BudgetExceededError:
        results.send(count)


def budget_of(calls: WorkerCalls) -> Budget:
    """Return a budget of a server in a worker."""
    budget = Budget(FlatPrices())
    assert calls.budget is not None
    budget.share(calls.budget)
    return budget
