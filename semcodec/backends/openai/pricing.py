"""Prices of tokens: from the config file, otherwise from the package genai-prices."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from semcodec.backends.openai.settings import DEFAULT_MODELS, Settings
from semcodec.backends.recording import Usage
from semcodec.errors import InputError
from semcodec.forks import block_fork

MILLION: Final = 1_000_000
#: The price of a request in a batch, as a part of that of one that is sent at once: OpenAI's guide
#: to its Batch API, November 2026.
BATCH_PRICE: Final = Decimal("0.5")
PRICE_FIELDS: Final = ("input", "output", "image")  #: image is optional; its default is input


class ServerPrices:
    """Prices of the models of one server; requests to a server on this machine are free.

    Raises:
        InputError: a price in the settings is not valid.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._custom = {
            model: _parse_price(model, price) for model, price in settings.prices.items()
        }

    def are_free(self) -> bool:
        """Return whether no model of the server can cost anything, as far as is known."""
        if self._settings.is_local:
            return not any(map(_is_above_zero, self._custom.values()))
        models = {getattr(self._settings, role) for role in DEFAULT_MODELS}
        models |= {self._settings.checker, self._settings.locator} - {None}
        known = [self._custom[model] for model in models if model in self._custom]
        return len(known) == len(models) and not any(map(_is_above_zero, known))

    def price(self, model: str, usage: Usage) -> Decimal | None:
        """Return the price of ``usage`` in dollars, or None if ``model`` has no known price."""
        if custom := self._custom.get(model):
            text_tokens = usage.input_tokens - usage.input_image_tokens
            parts = (
                custom["input"] * text_tokens,
                custom["image"] * usage.input_image_tokens,
                custom["output"] * usage.output_tokens,
            )
            return sum(parts, Decimal(0)) / MILLION
        if self._settings.is_local:
            return Decimal(0)
        # genai-prices has the prices of OpenAI; another server may charge more for the same name.
        return _look_up_price(model, usage) if self._settings.is_openai else None


def _is_above_zero(price: dict[str, Decimal]) -> bool:
    return any(number > 0 for number in price.values())


def _look_up_price(model: str, usage: Usage) -> Decimal | None:
    """Return the price according to genai-prices, which works offline, or None if unknown."""
    try:
        with block_fork():
            import genai_prices

            counts = genai_prices.Usage(
                input_tokens=usage.input_tokens,
                input_image_tokens=usage.input_image_tokens,
                output_tokens=usage.output_tokens,
                output_image_tokens=usage.output_image_tokens,
            )
            return genai_prices.calc_price(counts, model, provider_id="openai").total_price
    except (ImportError, LookupError):
        return None
    except Exception:  # third-party data; after any error the price is unknown
        return None


def _parse_price(model: str, price: Any) -> dict[str, Decimal]:
    try:
        numbers = {name: Decimal(str(price[name])) for name in PRICE_FIELDS if name in price}
        in_range = all(0 <= number <= MILLION for number in numbers.values())
        if set(price) <= set(PRICE_FIELDS) and in_range:
            return {"image": numbers["input"], **numbers, "output": numbers["output"]}
    except (TypeError, KeyError, InvalidOperation):
        pass
    raise InputError(
        f"The price of {model} is not valid: use a table with input and output, in dollars per "
        "million tokens."
    )
