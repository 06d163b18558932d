"""Money: what a call may cost before it is made, what it did cost, and when to stop."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any, Final, Protocol

from semcodec.backends.recording.request import ModelRequest, Usage
from semcodec.errors import BudgetExceededError
from semcodec.forks import block_fork

LETTERS_PER_TOKEN: Final = 4  #: of English, about
#: Letters of ASCII per token, for a bound: English JSON with escapes stays above it. Of other
#: letters each byte may be a token.
FEWEST_LETTERS: Final = 2
PATCH: Final = 32  #: pixels of the side of a patch of a picture that is looked at
TOKENS_PER_PATCH: Final = 2.5  #: of a picture that is looked at; 2.46 in small models
DEAR: Final = ("gpt-4o-mini", 25.0)  #: in a name, and what a patch takes: ten times as many
TOKENS_PER_EDITED: Final = 6.0  #: of a picture that is changed: painters look more closely
FRAME: Final = 200  #: tokens around a conversation, and of the shape that an answer must have


class Prices(Protocol):
    """Knows what tokens cost."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Return dollars, or None if the price of ``model`` is not known."""
        ...


class Budget:
    """Counts what is spent, and allows no call that could bring it over ``most`` dollars."""

    def __init__(self, prices: Prices, most: Decimal | None = None) -> None:
        self.prices, self.most, self.spent = prices, most, Decimal(0)
        self._lock = threading.Lock()  # so that two calls do not both take what is left

    def price(self, call: ModelRequest, usage: Usage) -> Decimal | None:
        """Return dollars, or None if nobody knows; to ask which models there are is free."""
        return Decimal(0) if call.route == "models" else self.prices.price(call.model, usage)

    def allow(self, call: ModelRequest) -> Decimal:
        """Set aside what ``call`` may cost, and return it; 0 if there is no limit.

        Raises:
            BudgetExceeded: it may cost too much, or nobody knows what it costs.
        """
        if self.most is None:
            return Decimal(0)
        cost = self.price(call, max_usage(call))
        if cost is None:
            what = "is not known: write it into the config file, or set no limit on cost."
            raise _stop(call, f"The price of {call.model} {what}")
        with block_fork(), self._lock:
            left = max(self.most - self.spent, Decimal(0))
            if cost > left:
                rest = f"and {dollars(left)} of the limit is left: allow more with --max-cost."
                who = f"To {call.stage} with {call.model}"
                raise _stop(call, f"{who} may cost {dollars(cost)}, {rest}")
            self.spent += cost
        return cost

    def pay(self, call: ModelRequest, usage: Usage | None, aside: Decimal) -> Decimal | None:
        """Count what a call did cost in the place of what was set ``aside`` for it.

        If nobody counted its tokens, they are the most they can be.
        """
        cost = self.price(call, max_usage(call) if usage is None else usage)
        with block_fork(), self._lock:
            self.spent += (cost or 0) - aside
        return cost


def max_usage(call: ModelRequest) -> Usage:
    """Return the most tokens that ``call`` can take."""
    pictures = _picture_tokens(call)
    given = max(call.most_output, expected_usage(call).given)
    texts = FRAME + sum(map(_most_tokens, _texts(call.shown())))
    return Usage(texts + pictures, pictures, given, given * call.paints)


def expected_usage(call: ModelRequest) -> Usage:
    """Return the tokens that ``call`` will take, about."""
    pictures = _picture_tokens(call)
    given = call.most_output if not call.likely else len(call.likely) // LETTERS_PER_TOKEN + 1
    texts = _letters(call) // LETTERS_PER_TOKEN
    return Usage(texts + pictures, pictures, given, given * call.paints)


def dollars(amount: Decimal) -> str:
    """Return an amount for people: ``$0.0123``."""
    return f"${amount:.4f}" if amount < 1 else f"${amount:.2f}"


def _most_tokens(text: str) -> int:
    ascii_ = sum(map(str.isascii, text))
    return -(-ascii_ // FEWEST_LETTERS) + len(text.encode(errors="replace")) - ascii_


def _letters(call: ModelRequest) -> int:
    return sum(map(len, _texts(call.shown())))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def _picture_tokens(call: ModelRequest) -> int:
    family, dear = DEAR
    each = TOKENS_PER_EDITED if call.paints else TOKENS_PER_PATCH
    each = dear if family in call.model else each
    patches = ((-(-width // PATCH), -(-height // PATCH)) for width, height in call.looked_at)
    return int(sum(each * across * down for across, down in patches))


def _stop(call: ModelRequest, message: str) -> BudgetExceededError:
    return BudgetExceededError(message, backend=call.model, stage=call.stage)
