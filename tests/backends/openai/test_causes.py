"""The error texts of real servers get a message that names the cause, in linear time."""

from __future__ import annotations

import time

import pytest

from semcodec.backends.openai.base_urls import base_url_advice
from semcodec.backends.openai.causes import CAUSES, find_cause
from semcodec.backends.openai.credentials import NO_SOURCE, ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.openai.status_problems import (
    key_problem,
    redirect_problem,
    sort_by_similarity,
)
from tests import profiles
from tests.each import for_each

#: A status and a text, with the name of the cause; "" if the text has none of them.
TEXTS = {
    (400, "API key not valid. Please pass a valid API key."): "invalid key",
    (403, "Incorrect API key provided"): "invalid key",
    (400, "No API key provided"): "invalid key",
    (400, "This model's maximum context length is 4096 tokens. However, you requested 5000"): (
        "too long"
    ),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."): (
        "too long"
    ),
    (400, "the request exceeds the available context size (4096 tokens), try increasing it"): (
        "too long"
    ),
    (400, "Trying to keep the first 5000 tokens when context the overflows."): "too long",
    (400, "Requested tokens (5000) exceed context window of 4096"): "too long",
    (400, "prompt is too long: 208310 tokens > 200000 maximum"): "too long",
    (400, "The input token count (9000) exceeds the maximum number of tokens allowed"): "too long",
    (422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"): "too long",
    (400, "Please reduce the length of the messages or completion."): "too long",
    (413, "Request too large for model `m` on tokens per minute (TPM): Limit 6000"): "too long",
    (400, "max_completion_tokens is too large: 16384. This model supports at most 4096"): (
        "answer too long"
    ),
    (400, "'max_tokens' or 'max_completion_tokens' is too large: 8192."): "answer too long",
    (500, "image input is not supported - hint: you may need to provide the mmproj"): "no images",
    (500, "this model is missing data required for image input"): "no images",
    (404, "No endpoints found that support image input"): "no images",
    (400, "m is not a multimodal model"): "no images",
    (400, "At most 0 image(s) may be provided in one prompt."): "no images",
    (400, "Invalid content type. image_url is only supported by certain models."): "no images",
    (400, "Model does not support images. Please use a model that does."): "no images",
    (422, "messages[1]: unknown variant `image_url`, expected `text`"): "no images",
    (400, "Image input is not enabled for this model"): "no images",
    (404, 'model "qwen3-vl" not found, try pulling it first'): "no model",
    (404, "The model `m` does not exist."): "no model",
    (400, "m is not a valid model ID"): "no model",
    (400, "Model Not Exist"): "no model",
    (404, "No models loaded. Please load a model in the developer page"): "no model",
    (404, "The API deployment for this resource does not exist."): "no model",
    (404, "models/m is not found for API version v1main"): "no model",
    (500, "CUDA out of memory. Tried to allocate 2.00 GiB"): "out of memory",
    (500, "model requires more system memory (8.4 GiB) than is available (5.0 GiB)"): (
        "out of memory"
    ),
    (500, "model runner has unexpectedly stopped, this may be due to resource limitations"): (
        "out of memory"
    ),
    (503, "Loading model"): "loading",
    (402, "Insufficient Balance"): "no credit",
    (400, "Your credit balance is too low to access the API."): "no credit",
    (403, "You have exceeded your monthly included credits"): "no credit",
    (400, "Client sent an HTTP request to an HTTPS server."): "TLS required",
    (403, "Country, region, or territory not supported"): "region",
    (400, "User location is not supported for the API use."): "region",
    (400, "Unsupported parameter: 'seed' is not supported with this model."): "",
    (400, "response_format is not supported"): "",
    (500, "Internal server error"): "",
    (503, "The server is busy."): "",
    (400, "Invalid value for n: must be at least 1"): "",
}


@for_each(TEXTS)
def test_cause_of_a_text_is_found(status: int, text: str) -> None:
    cause = find_cause(status, set(), text, shows_image=True)
    assert (cause.name if cause else "") == TEXTS[status, text]


def test_every_cause_has_a_text() -> None:
    assert {cause.name for cause in CAUSES} == {*TEXTS.values()} - {""}


def test_model_that_gets_no_image_is_not_blamed_for_it() -> None:
    text = "image input is not supported"
    assert find_cause(500, set(), text, shows_image=False) is None


@profiles.measures_time
@pytest.mark.parametrize("piece", ["model ", "input ", "image ", "max_tokens ", "no credits "])
def test_search_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    find_cause(400, set(), piece * 1_000_000, shows_image=True)
    assert time.process_time() - started < 0.5


BASE_URLS = {
    "http://127.0.0.1:11434": "add /v1 to the base URL: http://127.0.0.1:11434/v1.",
    "http://127.0.0.1:11434/": "add /v1 to the base URL: http://127.0.0.1:11434/v1.",
    "http://127.0.0.1:11434/api": "replace /api in the base URL: http://127.0.0.1:11434/v1.",
    "http://127.0.0.1:11434/api/chat": "replace /api in the base URL: http://127.0.0.1:11434/v1.",
    "http://127.0.0.1:8080/v1/v1": "write /v1 once in the base URL: http://127.0.0.1:8080/v1.",
    "http://127.0.0.1:8080/v1/chat/completions": (
        "remove /chat/completions from the base URL: http://127.0.0.1:8080/v1."
    ),
    "https://a.example/v1/models/": "remove /models from the base URL: https://a.example/v1.",
    "https://a.example/openai": ("check the path /openai of the base URL, since most end in /v1."),
    "https://a.example/api/v1": "check host and port of the base URL, and whether a proxy or a "
    "login page responded.",
}


@pytest.mark.parametrize("url", BASE_URLS)
def test_advice_names_the_mistake_in_a_base_url(url: str) -> None:
    assert base_url_advice(url, is_local=False) == BASE_URLS[url]


def test_advice_about_a_local_server_names_the_usual_ports() -> None:
    assert "Ollama 11434" in base_url_advice("http://127.0.0.1:3000/v1", is_local=True)


KEYS = {
    ("gsk_abcdef123456", "$SEMCODEC_API_KEY", "https://api.openai.com/v1"): "one of Groq",
    ("gsk_abcdef123456", "$SEMCODEC_API_KEY", "https://api.groq.com/openai/v1"): "set a valid one",
    ("sk-ant-abcdef", "$OPENAI_API_KEY", "https://a.example/v1"): "one of Anthropic",
    ("abcdef123456", "$OPENAI_API_KEY", "https://a.example/v1"): "of this server in SEMCODEC_API",
    ("abcdef123456", "$OPENAI_API_KEY", "https://api.openai.com/v1"): "set a valid one",
    ("unused", NO_SOURCE, "https://a.example/v1"): "requires an API key",
}


@pytest.mark.parametrize(("value", "source", "url"), KEYS)
def test_message_about_a_key_names_the_mistake(value: str, source: str, url: str) -> None:
    problem = key_problem("Bearer", ApiKey(value, source), Settings(base_url=url))
    assert KEYS[value, source, url] in ": ".join(problem)
    assert value == "unused" or value not in ": ".join(problem)


REDIRECTS = {
    "https://a.example/v1/chat/completions": "use the base URL https://a.example/v1.",
    "https://b.example/v1/chat/completions?key=1": "redirects to https://b.example/v1 (",
    "/v2/chat/completions/": "use the base URL http://a.example/v2.",
    "/login": "redirects to http://a.example/login (status 308): use that as base URL if",
    "": "redirects elsewhere",
    "http://user:secret@b.example/": "redirects elsewhere",
    "http://[::1": "redirects elsewhere",
    "javascript:alert(1)": "redirects elsewhere",
}


@pytest.mark.parametrize("location", REDIRECTS)
def test_message_about_a_redirect_suggests_the_new_base_url(location: str) -> None:
    settings = Settings(base_url="http://a.example/v1")
    problem = redirect_problem(308, location, "chat/completions", settings)
    assert REDIRECTS[location] in ": ".join(problem)


def test_most_similar_models_come_first() -> None:
    names = ["llava:7b", "Qwen2.5-VL:7b", "qwen3-vl:8b", "gpt-oss:20b"]
    assert sort_by_similarity(names, "Qwen3-VL")[0] == "qwen3-vl:8b"
    assert sorted(sort_by_similarity(names, "x" * 10**5)) == sorted(names)
