"""What tokens cost: the config file's prices first, then those that genai-prices ships, offline."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import Usage
from semcodec.errors import InputError
from semcodec.forks import block_fork

MILLION: Final = 1_000_000
FIELDS: Final = ("input", "output", "image")  #: of a price; image may be left out


class ServerPrices:
    """Prices of the models of one server: on this machine, calls are free."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = {model: _checked(model, price) for model, price in settings.prices.items()}

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Return dollars, or None if the price of ``model`` is not known."""
        if own := self._own.get(model):
            texts = usage.taken - usage.pictures
            parts = own["input"] * texts, own["image"] * usage.pictures, own["output"] * usage.given
            return sum(parts, Decimal(0)) / MILLION
        if self._settings.is_local:
            return Decimal(0)
        return _listed(model, usage) if self._settings.is_openai else None


def _listed(model: str, usage: Usage) -> Decimal | None:
    """Return dollars by the table of prices, which is imported when a price is first worked out."""
    try:
        with block_fork():
            from genai_prices import Usage as Counted
            from genai_prices import calc_price

            counted = Counted(
                input_tokens=usage.taken,
                input_image_tokens=usage.pictures,
                output_tokens=usage.given,
                output_image_tokens=usage.painted,
            )
            return calc_price(counted, model, provider_id="openai").total_price
    except (ImportError, LookupError):
        return None
    except Exception:  # foreign data: whatever is wrong with it, the price is not known
        return None


def _checked(model: str, price: Any) -> dict[str, Decimal]:
    try:
        numbers = {name: Decimal(str(price[name])) for name in FIELDS if name in price}
        if set(price) <= set(FIELDS) and all(0 <= one <= MILLION for one in numbers.values()):
            return {"image": numbers["input"], **numbers, "output": numbers["output"]}
    except (TypeError, KeyError, InvalidOperation):
        pass
    raise InputError(
        f"The price of {model} is a table with input and output, in dollars per million."
    )
