"""Money: what a call may cost before it is made, what it did cost, and when to stop."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Protocol

from semcodec.backends.calls.call import Call, Usage
from semcodec.errors import BudgetExceeded

LETTERS_PER_TOKEN: Final = 4  #: of English, about
#: Letters of ASCII per token, for a bound: English JSON with escapes stays above it. Of other
#: letters each byte may be a token.
FEWEST_LETTERS: Final = 2
PATCH: Final = 32  #: pixels of the side of a patch of a picture that is looked at
#: A patch is 1 token, times up to 2.46 in small models; nobody takes more than so many patches.
TOKENS_PER_PATCH: Final = 2.5
FRAME: Final = 200  #: tokens around a conversation, and of the shape that an answer must have


class Prices(Protocol):
    """Knows what tokens cost."""

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Return dollars, or None if the price of ``model`` is not known."""
        ...


class Purse:
    """Counts what is spent, and allows no call that could bring it over ``most`` dollars."""

    def __init__(self, prices: Prices, most: Decimal | None = None) -> None:
        self.prices, self.most, self.spent = prices, most, Decimal(0)

    def allow(self, call: Call) -> None:
        """Do nothing if ``call`` can be paid for.

        Raises:
            BudgetExceeded: it may cost too much, or nobody knows what it costs.
        """
        if self.most is None or call.route == "models":
            return
        cost = self.prices.price(call.model, bound(call))
        if cost is None:
            what = "is not known: write it into the config file, or set no limit on cost."
            raise _stop(call, f"The price of {call.model} {what}")
        if self.spent + cost > self.most:
            left = max(self.most - self.spent, Decimal(0))
            rest = f"and {dollars(left)} of the limit is left: allow more with --max-cost."
            raise _stop(call, f"To {call.stage} with {call.model} may cost {dollars(cost)}, {rest}")

    def pay(self, call: Call, usage: Usage | None) -> Decimal | None:
        """Count the price of a call that was made; if nobody counted it, the most it can be."""
        cost = self.prices.price(call.model, bound(call) if usage is None else usage)
        self.spent += cost or 0
        return cost


def bound(call: Call) -> Usage:
    """Return the most tokens that ``call`` can take."""
    pictures = sum(map(_picture_tokens, call.looked_at))
    given = max(call.most_output, estimate(call).given)
    return Usage(FRAME + sum(map(_most_tokens, _texts(call.shown()))) + pictures, pictures, given)


def estimate(call: Call) -> Usage:
    """Return the tokens that ``call`` will take, about."""
    pictures = sum(map(_picture_tokens, call.looked_at))
    given = call.most_output if not call.likely else len(call.likely) // LETTERS_PER_TOKEN + 1
    return Usage(_letters(call) // LETTERS_PER_TOKEN + pictures, pictures, given)


def dollars(amount: Decimal) -> str:
    """Return an amount for people: ``$0.0123``."""
    return f"${amount:.4f}" if amount < 1 else f"${amount:.2f}"


def _most_tokens(text: str) -> int:
    ascii_ = sum(map(str.isascii, text))
    return -(-ascii_ // FEWEST_LETTERS) + len(text.encode(errors="replace")) - ascii_


def _letters(call: Call) -> int:
    return sum(map(len, _texts(call.shown())))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def _picture_tokens(size: tuple[int, int]) -> int:
    width, height = (-(-side // PATCH) for side in size)
    return int(TOKENS_PER_PATCH * width * height)


def _stop(call: Call, message: str) -> BudgetExceeded:
    return BudgetExceeded(message, backend=call.model, stage=call.stage)
