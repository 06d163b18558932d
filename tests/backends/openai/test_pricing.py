"""Prices come from the settings, then from the price list; requests to a local server are free."""

from __future__ import annotations

import sys
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from semcodec.backends.openai import OpenAIBackend, Settings
from semcodec.backends.openai.pricing import ServerPrices
from semcodec.backends.recording import Usage
from semcodec.errors import InputError

LOCAL = "http://127.0.0.1:8080/v1"
OTHER = "https://other.example/v1"
MILLION = Usage(1_000_000, 0, 1_000_000)


def prices(**settings: Any) -> ServerPrices:
    return ServerPrices(Settings(**settings))


@pytest.mark.parametrize("url", [LOCAL, OTHER, "https://api.openai.com/v1"])
def test_price_in_the_settings_comes_first(url: str) -> None:
    prices_ = prices(base_url=url, prices={"gpt-5.5": {"input": 1, "output": 2.5}})
    assert prices_.price("gpt-5.5", MILLION) == Decimal("3.5")


def test_images_may_have_their_own_price() -> None:
    usage = Usage(1_000_000, 400_000, 0)
    own = {"a": {"input": 1, "output": 2}, "b": {"input": 1, "output": 2, "image": 10}}
    assert prices(prices=own).price("a", usage) == 1
    assert prices(prices=own).price("b", usage) == Decimal("4.6")


def test_requests_to_a_local_server_are_free() -> None:
    assert prices(base_url=LOCAL).price("anything", MILLION) == 0


def test_prices_of_other_servers_are_unknown() -> None:
    assert prices(base_url=OTHER).price("gpt-5.5", MILLION) is None


def test_prices_of_openai_are_listed() -> None:
    listed = prices().price("gpt-5.5", MILLION)
    assert listed is not None
    assert listed > 0
    image = prices().price("gpt-image-2", Usage(1_000_000, 1_000_000, 0))
    text = prices().price("gpt-image-2", Usage(1_000_000, 0, 0))
    assert image is not None
    assert text is not None
    assert image != text  # input tokens of images and of texts differ in price


@pytest.mark.parametrize("model", ["", "no-such-model", "犬", "a" * 10_000])
def test_unlisted_model_has_no_price(model: str) -> None:
    assert prices().price(model, MILLION) is None


@pytest.mark.parametrize("error", [LookupError, KeyError, ValueError, RuntimeError, TypeError])
def test_price_is_unknown_if_the_price_list_fails(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **keywords: Any) -> None:
        raise error("broken")

    fake = SimpleNamespace(Usage=SimpleNamespace, calc_price=fail)
    monkeypatch.setitem(sys.modules, "genai_prices", fake)
    assert prices().price("gpt-5.5", MILLION) is None


def test_prices_are_unknown_without_the_price_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    assert prices().price("gpt-5.5", MILLION) is None


@pytest.mark.parametrize(
    "price",
    [
        None, 5, "input", "input output", [], ["input", "output"], {}, {"input": 1},
        {"output": 1}, {"input": 1, "output": 1, "cached": 1}, {"input": "x", "output": 1},
        {"input": -1, "output": 1}, {"input": 1, "output": True}, {"input": None, "output": 1},
        {"input": float("nan"), "output": 1}, {"input": float("inf"), "output": 1},
        {"input": 1, "output": 1, "image": float("inf")}, {"input": 10**9, "output": 1},
        {"input": [], "output": 1}, {"input": "1e999999", "output": 1},
    ],
    ids=repr,
)  # fmt: skip
def test_invalid_price_is_rejected(price: Any) -> None:
    with pytest.raises(InputError, match="The price of m is not valid"):
        prices(prices={"m": price})


FREE = {"input": 0, "output": 0}
MODELS = {"describer": "d", "writer": "d", "painter": "p"}


@pytest.mark.parametrize(
    ("settings", "is_paid"),
    [
        ({}, True),
        ({"base_url": "http://127.0.0.1:8080/v1"}, False),
        ({"base_url": "http://localhost:8080/v1", **MODELS}, False),
        ({"base_url": "http://127.0.0.1/v1", "prices": {"p": {"input": 0, "output": 1}}}, True),
        ({"base_url": "http://192.168.1.7/v1", **MODELS}, True),
        ({"base_url": "http://192.168.1.7/v1", **MODELS, "prices": {"d": FREE}}, True),
        ({"base_url": "http://192.168.1.7/v1", **MODELS, "prices": {"d": FREE, "p": FREE}}, False),
        (
            {
                "base_url": "http://192.168.1.7/v1",
                **MODELS,
                "checker": "c",
                "prices": {"d": FREE, "p": FREE},
            },
            True,
        ),
        ({"base_url": "https://127.0.0.1.example/v1"}, True),
    ],
)
def test_server_is_paid_unless_it_is_known_to_be_free(
    settings: dict[str, Any], is_paid: bool
) -> None:
    assert OpenAIBackend(**settings).is_paid is is_paid
