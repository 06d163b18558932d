"""Say what an HTTP status means for the user, and what helps."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final
from urllib.parse import urljoin, urlsplit

from semcodec._wording import plural
from semcodec.backends.openai.base_urls import ROUTE_SUFFIXES, base_url_advice
from semcodec.backends.openai.causes import Cause
from semcodec.backends.openai.credentials import NO_SOURCE, SEMCODEC_ENV, ApiKey
from semcodec.backends.openai.error_texts import Problem, in_parentheses, shorten
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest

MAX_NAMED: Final = 5  #: models named in a message
MAX_COMPARED: Final = 1_000  #: models compared with the name of a missing one
MAX_NAME: Final = 80  #: characters of a model's name in a message
#: A status with which the server or a proxy before it gave up waiting for the model.
TIMED_OUT: Final = (408, 499, 504, 524, 598)
#: A proxy's statuses for a server that it cannot reach: nginx and Cloudflare.
BEHIND_PROXY: Final = (502, 520, 521, 522, 523, 525, 526, 527, 530)
#: Statuses that come from another program than a server for models.
OTHER_PROGRAM: Final = (404, 405, 406, 415, 421, 501)
#: Prefixes of keys, with the provider and the domain of its servers.
KEY_PREFIXES: Final = (
    ("sk-ant-", "Anthropic", "anthropic.com"),
    ("sk-or-", "OpenRouter", "openrouter.ai"),
    ("sk-proj-", "OpenAI", "openai.com"),
    ("sk-svcacct-", "OpenAI", "openai.com"),
    ("gsk_", "Groq", "groq.com"),
    ("AIza", "Google", "googleapis.com"),
    ("hf_", "Hugging Face", "huggingface.co"),
    ("xai-", "xAI", "x.ai"),
    ("nvapi-", "NVIDIA", "nvidia.com"),
    ("pplx-", "Perplexity", "perplexity.ai"),
    ("r8_", "Replicate", "replicate.com"),
)
MORE_CONTEXT: Final = (
    "start the server with more context (llama.cpp: -c, vLLM: --max-model-len, Ollama: "
    "OLLAMA_CONTEXT_LENGTH)"
)


def shows_image(request: ModelRequest) -> bool:
    """Return whether ``request`` shows an image to a model that returns text."""
    return bool(request.image_sizes) and not request.is_image_request


def model_option(request: ModelRequest) -> str:
    """Return the option that names the model of ``request``."""
    return "--painter-model" if request.is_image_request else "--model"


def cause_problem(
    cause: Cause, request: ModelRequest, settings: Settings, text: str, names: list[str]
) -> Problem:
    """Return the message for an error whose cause is known."""
    values = {
        "stage": request.stage,
        "model": shorten(request.model),
        "option": model_option(request),
        "quoted": in_parentheses(text),
        "shorten": _shorter_input(request, settings),
        "name_model": name_model(request, names),
    }
    return Problem(cause.problem.format(**values), cause.advice.format(**values))


def _shorter_input(request: ModelRequest, settings: Settings) -> str:
    context = MORE_CONTEXT if settings.is_local else "use a model with more context"
    if not shows_image(request):
        return context
    return f"{context}, or a smaller image (--detail low, or image_side in the config file)"


def name_model(request: ModelRequest, names: list[str]) -> str:
    """Return the advice to name a model, with the first of ``names``."""
    option = model_option(request)
    if not names:
        return f"name one of its models with {option}"
    shown = ", ".join(shorten(name[:MAX_NAME]) for name in names[:MAX_NAMED])
    others = len(names) - MAX_NAMED
    more = f" and {plural(others, 'other')}" if others > 0 else ""
    return f"name one of its models with {option}: {shown}{more}"


def sort_by_similarity(names: list[str], model: str) -> list[str]:
    """Return ``names`` with those first that are most similar to ``model``, whatever their case."""
    wanted = model.lower()

    def distance(name: str) -> tuple[bool, float]:
        lower = name.lower()[:MAX_NAME]
        is_part = wanted in lower or lower in wanted
        return not is_part, -SequenceMatcher(None, lower, wanted).ratio()

    return sorted(names[:MAX_COMPARED], key=distance) + names[MAX_COMPARED:]


def key_problem(login: str, key: ApiKey, settings: Settings) -> Problem:
    """Return the message for status 401, or 403 without a key.

    Args:
        login: the kind of login that the response requires, such as ``"Basic"``.
        key: the key that was sent.
        settings: the settings for the server.
    """
    if login.lower() in ("basic", "digest", "negotiate", "ntlm"):
        return Problem(
            f"requires a login with user and password ({login}), which is not supported",
            "use a base URL that takes an API key.",
        )
    if key.source == NO_SOURCE:
        return Problem("requires an API key", f"set {SEMCODEC_ENV} in the environment.")
    provider = _provider_of_other_key(key, settings)
    if provider:
        problem = f"rejected the API key from {key.source}, which looks like one of {provider}"
        return Problem(problem, f"set the key of this server in {SEMCODEC_ENV}.")
    if key.source.startswith("$") and SEMCODEC_ENV not in key.source and not settings.is_openai:
        problem = f"rejected the API key from {key.source}"
        return Problem(problem, f"set the key of this server in {SEMCODEC_ENV}.")
    return Problem(f"rejected the API key from {key.source}", "set a valid one.")


def _provider_of_other_key(key: ApiKey, settings: Settings) -> str:
    """Return the provider whose keys begin like ``key``, if the server is not one of its own."""
    host = urlsplit(settings.base_url).hostname or ""
    for prefix, provider, domain in KEY_PREFIXES:
        if key.reveal().startswith(prefix):
            return "" if host == domain or host.endswith(f".{domain}") else provider
    return ""


def redirect_problem(status: int, location: str, route: str, settings: Settings) -> Problem:
    """Return the message for a redirect of ``route``, with the base URL that it suggests."""
    target = _redirect_base(location, f"{settings.base_url.rstrip('/')}/{route}")
    if not target:
        return Problem(f"redirects elsewhere (status {status})", "use the new base URL.")
    if urlsplit(target).netloc != urlsplit(settings.base_url).netloc:
        problem = f"redirects to {target} (status {status})"
        return Problem(problem, "use that as base URL if you trust it and it is not a login page.")
    if not urlsplit(location[:300]).path.rstrip("/").endswith(ROUTE_SUFFIXES):
        problem = f"redirects to {target} (status {status})"
        return Problem(problem, "use that as base URL if it is not a login page.")
    return Problem(f"redirects (status {status})", f"use the base URL {target}.")


def _redirect_base(location: str, url: str) -> str:
    """Return the base URL in the target of a redirect from ``url``, or an empty text."""
    if not location:
        return ""
    try:
        parts = urlsplit(urljoin(url, location[:300]))
        is_complete = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    if not is_complete or "@" in parts.netloc:
        return ""
    path = parts.path.rstrip("/")
    for suffix in ROUTE_SUFFIXES:
        path = path.removesuffix(suffix)
    return shorten(f"{parts.scheme}://{parts.netloc}{path}")


def missing_route(request: ModelRequest, settings: Settings, text: str) -> Problem:
    """Return the message for a status with which a server does not have a route."""
    if request.route == "models":
        return Problem("does not list its models", "name one with --model or --painter-model.")
    problem = f"does not have the route {request.route}"
    if request.route == "images/edits":
        return Problem(problem, "use another editor.")
    if request.is_image_request:
        return Problem(problem, "use another painter, such as --painter embedded.")
    advice = base_url_advice(settings.base_url, settings.is_local)
    return Problem(f"{problem}{in_parentheses(text)}", advice)


def server_problem(
    status: int, request: ModelRequest, settings: Settings, text: str, is_page: bool
) -> Problem:
    """Return the message for any other status from 400."""
    quoted = in_parentheses(f"status {status}: {text}" if text else f"status {status}")
    stage = request.stage
    if status == 403 and is_page:
        problem = "denied access with a web page (status 403)"
        return Problem(problem, "check whether a proxy or a firewall blocks this machine.")
    if status == 407:
        problem = "cannot be reached, because the proxy requires a login"
        return Problem(problem, "write user and password into HTTP_PROXY.")
    if status == 413:
        problem = f"rejected '{stage}' as too large{in_parentheses(text)}"
        limit = "raise the limit of the server or the proxy before it"
        smaller = "set a smaller image_side in the config file, or " if shows_image(request) else ""
        return Problem(problem, f"{smaller}{limit}.")
    if status in TIMED_OUT:
        problem = f"gave up waiting for its model during '{stage}'{quoted}"
        return Problem(problem, "use a faster model, or raise the time limit of the proxy.")
    if status in BEHIND_PROXY:
        problem = f"cannot be reached by the proxy before it{quoted}"
        return Problem(problem, "check that it is running, and try again later.")
    if status == 529:
        return Problem(f"is overloaded{quoted}", "try again later.")
    if status == 507:
        return Problem(f"has no space left for '{stage}'{quoted}", "free space on the server.")
    if status >= 500:
        return Problem(f"failed during '{stage}'{quoted}", "try again later.")
    if status in (409, 425):
        return Problem(f"cannot process '{stage}' now{quoted}", "try again later.")
    if status == 451:
        problem = f"does not process '{stage}' for legal reasons{quoted}"
        return Problem(problem, "use another server or model.")
    if status in OTHER_PROGRAM:
        advice = base_url_advice(settings.base_url, settings.is_local)
        return Problem(f"does not accept '{stage}'{quoted}", advice)
    return Problem(f"rejected '{stage}'{quoted}", "check model and settings.")
