"""Find the cause of an error from the text of a server, which often has no code for it.

The patterns match the error messages of llama.cpp, vLLM, Ollama, LM Studio, SGLang, TGI, LiteLLM,
and of OpenAI, Anthropic, Gemini, Mistral, Groq, DeepSeek, OpenRouter, Azure. A text only changes
the message, and whether a request is retried: never what is sent, nor to whom. The texts come from
the server, so a pattern must match in linear time: none has a repetition inside a repetition.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

NO_IMAGES: Final = "no images"
TLS_REQUIRED: Final = "TLS required"
NO_MODEL: Final = "no model"
INVALID_KEY: Final = "invalid key"
MAX_SEARCHED: Final = 2_000  #: characters of a server's text that are searched for a cause


@dataclass(frozen=True, slots=True)
class Cause:
    """The cause of an error, with a message for the user.

    Attributes:
        name: what went wrong.
        pattern: matches the texts of servers.
        statuses: the HTTP statuses with which the texts count.
        problem, advice: the clauses of the message; ``{stage}``, ``{model}``, ``{option}`` and
            ``{quoted}`` are replaced.
        codes: error codes with the same meaning, whatever the text.
        retryable: whether the same request may succeed later.
        unavailable: whether requests with other photographs would fail too.
    """

    name: str
    pattern: re.Pattern[str]
    problem: str
    advice: str
    statuses: tuple[int, ...] = (400, 404, 413, 422, 500, 503)
    codes: frozenset[str] = frozenset()
    retryable: bool = False
    unavailable: bool = False


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.I)


#: In order: the first one that matches counts.
CAUSES: Final = (
    Cause(
        "no credit",
        _pattern(
            r"insufficient (?:balance|credit|fund|quota)",
            r"credit balance is",
            r"(?:out of|no|exceeded your [\w ]{0,30}) credits",
            r"payment required",
            r"billing (?:hard )?limit",
        ),
        "reports that the account has no credit left",
        "add credit to the account, or use another key.",
        (400, 402, 403, 429),
        frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}),
        unavailable=True,
    ),
    Cause(  # Gemini and others reject a key with status 400; ``key_problem`` has the message
        INVALID_KEY,
        _pattern(
            r"api[ _-]?key (?:is )?(?:not valid|invalid|incorrect|missing|expired)",
            r"(?:invalid|incorrect|missing|expired|not a valid) api[ _-]?key",
            r"no api[ _-]?key (?:provided|passed|found|supplied)",
        ),
        "rejected the API key",
        "set a valid one.",
        (400, 403, 500),
        unavailable=True,
    ),
    Cause(
        TLS_REQUIRED,
        _pattern(r"http request (?:was sent )?to (?:an )?https", r"(?:requires|use) (?:https|tls)"),
        "uses TLS",
        "write https:// in the base URL.",
        (400, 403, 426, 497),
        unavailable=True,
    ),
    Cause(
        "answer too long",
        _pattern(r"max_(?:\w{1,12}_)?tokens\W{0,3}(?: or \W?max_\w{1,24})?\W{0,3} ?is too large"),
        "rejected '{stage}', because the answer may have too many tokens{quoted}",
        "lower the setting most_output in the config file, or give the model more context.",
        unavailable=True,
    ),
    Cause(
        "too long",
        _pattern(
            r"context (?:length|size|window)",
            r"maximum model length",
            r"context the overflows",
            r"prompt is too long",
            r"input (?:is|token count)[^.]{0,60}(?:too (?:long|large)|exceeds)",
            r"max_new_tokens\W{0,3} must be",
            r"tokens per minute[^.]{0,40}limit",
            r"reduce (?:the|your) (?:length|message|prompt)",
        ),
        "rejected '{stage}' as too long{quoted}",
        "{shorten}.",
        codes=frozenset(
            {"context_length_exceeded", "string_above_max_length", "exceed_context_size_error"}
        ),
    ),
    Cause(
        NO_IMAGES,
        _pattern(
            r"(?:image|vision|multi-?modal)[^.]{0,40}(?:not|n't) (?:\w{1,9} )?(?:support|enabled)",
            r"not (?:support|accept|have)[^.]{0,40}(?:image|vision|multi-?modal)",
            r"not a (?:multi-?modal|vision)",
            r"missing data required for image",
            r"image_url\W{0,3} is only supported",
            r"unknown variant \W?image_url",
            r"no endpoints found that support image",
            r"content must be a string",
            r"at most 0 image",
            r"mmproj",
        ),
        "cannot show images to the model {model}{quoted}",
        "name a model that reads images with {option}, or load its projector"
        " (llama.cpp: --mmproj).",
        unavailable=True,
    ),
    Cause(
        NO_MODEL,
        _pattern(
            r"(?:invalid|unknown|no such|not a valid|unsupported|there is no) model(?! param)",
            r"models?\W[^\n]{0,120}?(?:not|n't) (?:be )?(?:found|exist|available|loaded)",
            r"no models? (?:is |are |was )?(?:currently )?loaded",
            r"deployment[^.]{0,60} not exist",
            r"model not exist",
            r"could not find[^.]{0,40} model",
        ),
        "does not have the model {model}{quoted}",
        "{name_model}.",
        (400, 404, 422, 500),
        frozenset({"model_not_found", "DeploymentNotFound", "invalid_model"}),
        unavailable=True,
    ),
    Cause(
        "out of memory",
        _pattern(
            r"out of memory",
            r"(?:more|enough|insufficient) (?:system |gpu |free |v?ram )*memory",
            r"resource limitations",
            r"failed to allocate",
            r"OOM\b",
        ),
        "has too little memory for '{stage}'{quoted}",
        "use a smaller model, a smaller size, or stop other programs on its machine.",
        (400, 500, 503, 507),
    ),
    Cause(
        "loading",
        _pattern(r"loading (?:the )?model", r"model (?:is )?(?:still |being )?load(?:ing|ed)\b"),
        "is still loading its model",
        "try again in a minute.",
        (503,),
        retryable=True,
    ),
    Cause(
        "region",
        _pattern(
            r"country, region",
            r"(?:user )?location is not supported",
            r"not available in your (?:country|region|location)",
        ),
        "is not available in this country{quoted}",
        "use another server.",
        (400, 403, 451),
        frozenset({"unsupported_country_region_territory"}),
        unavailable=True,
    ),
)


def find_cause(status: int, codes: Set[str], text: str, shows_image: bool) -> Cause | None:
    """Return the cause of an error, or None if it is not known.

    Args:
        status: the HTTP status.
        codes: the error codes in the response.
        text: the text in the response.
        shows_image: whether the request shows an image to a model.
    """
    searched = text[:MAX_SEARCHED]
    for cause in CAUSES:
        if cause.name == NO_IMAGES and not shows_image:
            continue
        if not cause.codes.isdisjoint(codes):
            return cause
        if status in cause.statuses and cause.pattern.search(searched):
            return cause
    return None


def find_cause_of_page(status: int, page: str) -> Cause | None:
    """Return the cause in a web page with ``status``: only that the server uses TLS is known."""
    cause = next(cause for cause in CAUSES if cause.name == TLS_REQUIRED)
    return cause if status in cause.statuses and cause.pattern.search(page) else None
