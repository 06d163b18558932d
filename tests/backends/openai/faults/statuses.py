"""Responses with the status of an error, and redirects."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import (
    CHECK_HOST,
    KEY,
    PAGE,
    PROCESSED,
    SUCCESS,
    Fault,
    error_body,
)

#: As long as the part of a message that is quoted, less some letters of the key that follows.
LONG_TEXT: Final = (
    "No project of your organization may ask this model before an owner of it has agreed to the "
    "terms of its use, and you have asked with the key "
)
LIMITED: Final = "The server URL rejected 'STAGE' by its rate limit (Slow down): try again"
FAILED: Final = "The server URL failed during 'STAGE' (status"
GAVE_UP: Final = "The server URL gave up waiting for its model during 'STAGE' (status"
FASTER: Final = "use a faster model, or raise the time limit of the proxy."
UNREACHED: Final = "The server URL cannot be reached by the proxy before it (status"
CHECK_RUNNING: Final = "check that it is running, and try again later."
NOT_NOW: Final = "The server URL cannot process 'STAGE' now (status"
REJECTED: Final = "The server URL rejected 'STAGE' (status"
NO_MODEL: Final = "The server URL does not have the model m"
NAMED: Final = "name one of its models with OPTION: its-only-model."
NO_ROUTE: Final = "The server URL does not have the route chat/completions"
NO_PAINTER: Final = (
    "The server URL does not have the route images/generations: use another painter, such as "
    "--painter embedded."
)
NO_CREDIT: Final = (
    "The server URL reports that the account has no credit left: add credit to the account, or "
    "use another key."
)
MORE_CONTEXT: Final = "use a model with more context"
SMALLER: Final = "or a smaller image (--detail low, or image_side in the config file)"
BLIND: Final = "The server URL cannot show images to the model m"
NAME_SEEING: Final = (
    "name a model that reads images with --model, or load its projector (llama.cpp: --mmproj)."
)
LESS_MEMORY: Final = "use a smaller model, a smaller size, or stop other programs on its machine."
NOT_FOUND: Final = respond(404, b"page not found", kind="text/plain")


def rate_limit(*headers: str) -> Behavior:
    """Reject a request because of the rate limit."""
    return respond(429, error_body("Slow down."), *headers)


def too_long(name: str, text: str, behavior: Behavior) -> Fault:
    """Return the fault of a server that rejects a long request with ``text``."""
    problem = f"The server URL rejected 'STAGE' as too long ({text})"
    return Fault(
        name,
        behavior,
        f"{problem}: {MORE_CONTEXT}, {SMALLER}.",
        image_message=f"{problem}: {MORE_CONTEXT}.",
    )


def blind(name: str, status: int, text: str) -> Fault:
    """Return the fault of a server whose model does not read images."""
    message = f"{BLIND} ({text}): {NAME_SEEING}"
    return Fault(
        name, respond(status, error_body(text)), message, 1, None, scope="everything",
        only=b"image_url",
    )  # fmt: skip


def wrong_path(name: str, path: str, advice: str) -> Fault:
    """Return the fault of a server that has the routes below another path."""
    message = f"{NO_ROUTE} (page not found): {advice}"
    return Fault(name, NOT_FOUND, message, 1, None, scope="everything", path=path)


LIMITS: Final = (
    Fault("returns status 429", rate_limit(), f"{LIMITED} later.", 3, 3, (1, 2), scope="server"),
    Fault("returns status 429 once", rate_limit(), SUCCESS, 1, 1, (1,), once=True),
    Fault("returns status 429, retry-after: 7", rate_limit("retry-after: 7"),
          f"{LIMITED} in 7 seconds.", 3, 3, (7, 7), scope="server"),
    Fault("returns status 429, retry-after: 86400", rate_limit("retry-after: 86400"),
          f"{LIMITED} in 24 hours.", scope="server"),
    Fault("returns status 429, retry-after: 1e999", rate_limit("retry-after: 1e999"),
          f"{LIMITED} later.", 3, 3, (1, 2), scope="server"),
    Fault("returns status 429, retry-after: -5", rate_limit("retry-after: -5"),
          f"{LIMITED} later.", 3, 3, scope="server"),
    Fault("returns status 429, with a date in retry-after",
          rate_limit("retry-after: Fri, 31 Dec 1999 23:59:59 GMT"),
          f"{LIMITED} later.", 3, 3, (1, 2), scope="server"),
    Fault("has no credit left", respond(429, error_body("Check your plan.", "insufficient_quota")),
          NO_CREDIT, scope="everything"),
    Fault("returns status 402", respond(402, error_body("Insufficient credits.")), NO_CREDIT,
          scope="everything"),
    Fault("returns status 400 for too little credit",
          respond(400, error_body("Your credit balance is too low.")), NO_CREDIT,
          scope="everything"),
)  # fmt: skip
FAILURES: Final = (
    Fault("returns status 500", respond(500, error_body("Sorry.")),
          f"{FAILED} 500: Sorry): try again later.", 3, 1, (1, 2), scope="server",
          image_message=f"{FAILED} 500: Sorry){PROCESSED}: try again later."),
    Fault("returns status 500 once", respond(500, error_body("Sorry.")), SUCCESS, 1, None, (1,),
          once=True),
    Fault("has too little memory", respond(500, error_body("CUDA out of memory.")),
          "The server URL has too little memory for 'STAGE' (CUDA out of memory): "
          f"{LESS_MEMORY}"),
    Fault("needs more memory for its model",
          respond(500, {"error": "model requires more system memory (8.4 GiB) than is available"}),
          "The server URL has too little memory for 'STAGE' (model requires more system memory "
          f"(8.4 GiB) than is available): {LESS_MEMORY}"),
    Fault("returns status 502 with a web page", respond(502, PAGE, kind="text/html"),
          f"{UNREACHED} 502): {CHECK_RUNNING}", 3, 1, (1, 2), scope="server",
          image_message=f"{UNREACHED} 502){PROCESSED}: {CHECK_RUNNING}"),
    Fault("returns status 503", respond(503, error_body("Busy.")),
          f"{FAILED} 503: Busy): try again later.", 3, 3, (1, 2), scope="server"),
    Fault("returns status 503 once", respond(503, error_body("Busy.")), SUCCESS, 1, 1, (1,),
          once=True),
    Fault("returns status 503 while it loads its model", respond(503, error_body("Loading model")),
          "The server URL is still loading its model: try again in a minute.", 3, 3, (1, 2),
          scope="server"),
    Fault("returns status 504", respond(504, b""), f"{GAVE_UP} 504){PROCESSED}: {FASTER}",
          scope="server"),
    Fault("returns status 507", respond(507, error_body("Disk full.")),
          f"The server URL has no space left for 'STAGE' (status 507: Disk full){PROCESSED}: free "
          "space on the server.", scope="server"),
    Fault("returns status 522 with a web page", respond(522, PAGE, kind="text/html"),
          f"{UNREACHED} 522){PROCESSED}: {CHECK_RUNNING}", scope="server"),
    Fault("returns status 524", respond(524, b"error code: 524", kind="text/plain"),
          f"{GAVE_UP} 524: error code: 524){PROCESSED}: {FASTER}", scope="server"),
    Fault("returns status 529", respond(529, error_body("Overloaded.")),
          "The server URL is overloaded (status 529: Overloaded): try again later.", 3, 3, (1, 2),
          scope="server"),
    Fault("returns status 999", respond(999, b""), f"{FAILED} 999){PROCESSED}: try again later.",
          scope="server"),
)  # fmt: skip
FRAMEWORKS: Final = (
    Fault("names the status in the field error, and the reason beside it",
          respond(400, {"statusCode": 400, "error": "Bad Request", "message": "Not today."}),
          "The server URL rejected 'STAGE' (status 400: Not today): check model and settings."),
)  # fmt: skip
REDIRECTS: Final = (
    Fault("redirects", respond(307, b"", "location: /v2/chat/completions"),
          "The server URL redirects (status 307): use the base URL https://models.example/v2.",
          scope="everything"),
    Fault("redirects to a login page of its own", respond(302, b"", "location: /login?next=v1"),
          "The server URL redirects to https://models.example/login (status 302): use that as base "
          "URL if it is not a login page.", scope="everything"),
    Fault("redirects without an address", respond(307, b""),
          "The server URL redirects elsewhere (status 307): use the new base URL.",
          scope="everything"),
    Fault("redirects to another server",
          respond(307, b"", "location: http://elsewhere.example/v1/chat/completions"),
          "The server URL redirects to http://elsewhere.example/v1 (status 307): use that as base "
          "URL if you trust it and it is not a login page.", scope="everything"),
    Fault("redirects to a login page, with the key",
          respond(302, b"", f"location: https://login.example/{KEY}?next=a"),
          "The server URL redirects to https://login.example/[key] (status 302): use that as base "
          "URL if you trust it and it is not a login page.", scope="everything"),
)  # fmt: skip
KEYS: Final = (
    Fault("rejects the key, and repeats it",
          respond(401, error_body(f"Incorrect API key provided: {KEY}.", "invalid_api_key")),
          "The server URL rejected the API key from $SEMCODEC_API_KEY: set a valid one.",
          scope="everything"),
    Fault("rejects the key with status 400",
          respond(400, [error_body("API key not valid. Please pass a valid API key.")]),
          "The server URL rejected the API key from $SEMCODEC_API_KEY: set a valid one.",
          scope="everything"),
    Fault("requires a user and a password",
          respond(401, PAGE, 'www-authenticate: Basic realm="models"', kind="text/html"),
          "The server URL requires a login with user and password (Basic), which is not "
          "supported: use a base URL that takes an API key.", scope="everything"),
    Fault("forbids the request, and repeats the key in a long message",
          respond(403, error_body(LONG_TEXT + KEY)),
          f"The server URL does not allow this key to use m ({LONG_TEXT}[key]): use another model "
          "or key.", scope="everything"),
    Fault("forbids the request, and repeats the key percent-encoded",
          respond(403, error_body(quote(KEY, safe="/"))),
          "The server URL does not allow this key to use m ([key]): use another model or key.",
          scope="everything"),
    Fault("returns status 403 with a web page", respond(403, PAGE, kind="text/html"),
          "The server URL denied access with a web page (status 403): check whether a proxy or a "
          "firewall blocks this machine.", scope="everything"),
    Fault("is not available in this country",
          respond(403, error_body("Not here.", "unsupported_country_region_territory")),
          "The server URL is not available in this country (Not here): use another server.",
          scope="everything"),
    Fault("returns status 407", respond(407, b""),
          "The server URL cannot be reached, because the proxy requires a login: write user and "
          "password into HTTP_PROXY.", scope="everything"),
    Fault("returns status 451", respond(451, error_body("By court order.")),
          "The server URL does not process 'STAGE' for legal reasons (status 451: By court "
          "order): use another server or model.", scope="everything"),
)  # fmt: skip
MODELS: Final = (
    Fault("does not have the model",
          respond(404, error_body("The model m does not exist.", "model_not_found")),
          f"{NO_MODEL} (The model m does not exist): {NAMED}",
          scope="everything", lacks_edits=True),
    Fault("has not downloaded the model",
          respond(404, {"error": "model 'm' not found, try pulling it first"}),
          f"{NO_MODEL} (model 'm' not found, try pulling it first): {NAMED}",
          scope="everything", lacks_edits=True),
    Fault("returns status 400 for an unknown model",
          respond(400, error_body("m is not a valid model ID")),
          f"{NO_MODEL} (m is not a valid model ID): {NAMED}", scope="everything"),
    Fault("has not loaded a model", respond(400, {"error": "No models loaded. Load one first."}),
          f"{NO_MODEL} (No models loaded. Load one first): {NAMED}", scope="everything"),
    Fault("does not have the deployment",
          respond(404, error_body("The API deployment does not exist.", "DeploymentNotFound")),
          f"{NO_MODEL} (The API deployment does not exist): {NAMED}", scope="everything",
          lacks_edits=True),
    blind("has a model without a projector", 500,
          "image input is not supported - hint: you may need to provide the mmproj"),
    blind("has a model that does not read images", 400, "m is not a multimodal model"),
    blind("routes to a model that does not read images", 404,
          "No endpoints found that support image input"),
)  # fmt: skip
ROUTES: Final = (
    Fault("does not have the route for texts", NOT_FOUND,
          f"{NO_ROUTE} (page not found): {CHECK_HOST}", 1, None, scope="everything"),
    wrong_path("does not have /v1 twice in its path", "/v1/v1",
               "write /v1 once in the base URL: https://models.example/v1."),
    wrong_path("has no routes in its root", "",
               "add /v1 to the base URL: https://models.example/v1."),
    wrong_path("has its own API in /api", "/api",
               "replace /api in the base URL: https://models.example/v1."),
    wrong_path("gets the route as part of the base URL", "/v1/chat/completions",
               "remove /chat/completions from the base URL: https://models.example/v1."),
    wrong_path("does not have the path of the base URL", "/openai",
               "check the path /openai of the base URL, since most end in /v1."),
    Fault("does not have the route for images", NOT_FOUND, NO_PAINTER, None, lacks_edits=True),
    Fault("serves only files", respond(501, PAGE, kind="text/html"),
          f"{NO_ROUTE}: {CHECK_HOST}", scope="everything", lacks_edits=True,
          image_message=NO_PAINTER),
    Fault("returns status 405", respond(405, b""), f"{NO_ROUTE}: {CHECK_HOST}",
          scope="everything", lacks_edits=True, image_message=NO_PAINTER),
    Fault("returns status 415", respond(415, error_body("No JSON.")),
          f"The server URL does not accept 'STAGE' (status 415: No JSON): {CHECK_HOST}",
          lacks_edits=True),
    Fault("returns status 421", respond(421, b""),
          f"The server URL does not accept 'STAGE' (status 421): {CHECK_HOST}"),
    Fault("returns status 426", respond(426, error_body("Use HTTPS.")),
          "The server URL uses TLS: write https:// in the base URL.", scope="everything"),
)  # fmt: skip
REQUESTS: Final = (
    Fault("returns status 408", respond(408, error_body("Timed out.")),
          f"{GAVE_UP} 408: Timed out): {FASTER}", scope="server"),
    Fault("returns status 409", respond(409, error_body("Conflict.")),
          f"{NOT_NOW} 409: Conflict): try again later.", 3, 1, (1, 2), scope="server"),
    Fault("returns status 425", respond(425, b""), f"{NOT_NOW} 425): try again later."),
    Fault("returns status 499", respond(499, b""), f"{GAVE_UP} 499): {FASTER}"),
    Fault("returns status 413 with a web page", respond(413, PAGE, kind="text/html"),
          "The server URL rejected 'STAGE' as too large: set a smaller image_side in the config "
          "file, or raise the limit of the server or the proxy before it.",
          image_message="The server URL rejected 'STAGE' as too large: raise the limit of the "
          "server or the proxy before it."),
    too_long("rejects a request longer than its context", "At most 4096 tokens",
             respond(400, error_body("At most 4096 tokens.", "context_length_exceeded"))),
    too_long("rejects a long request without a code",
             "This model's maximum context length is 4096 tokens",
             respond(400, error_body("This model's maximum context length is 4096 tokens."))),
    too_long("rejects a long request with status 500",
             "the request exceeds the available context size, try increasing it",
             respond(500, error_body("the request exceeds the available context size, try "
                                     "increasing it"))),
    Fault("rejects a long answer",
          respond(400, error_body("max_completion_tokens is too large: 4096.")),
          "The server URL rejected 'STAGE', because the answer may have too many tokens "
          "(max_completion_tokens is too large: 4096): lower the setting most_output in the "
          "config file, or give the model more context.", 1, None, scope="everything"),
    Fault("returns status 422", respond(422, {"detail": "n is too many"}),
          f"{REJECTED} 422: n is too many): check model and settings."),
    Fault("returns status 422 with a list of errors",
          respond(422, {"detail": [{"loc": ["body", "n"], "msg": "Too many", "type": "x"}]}),
          f"{REJECTED} 422: n: Too many): check model and settings."),
    Fault("returns status 400 with a list as body",
          respond(400, [{"error": {"code": 400, "message": "Bad n."}}]),
          f"{REJECTED} 400: Bad n): check model and settings."),
    Fault("returns status 400 with a text as error",
          respond(400, {"error": "The field n is unknown."}),
          f"{REJECTED} 400: The field n is unknown): check model and settings.", 1, 2),
    Fault("returns status 400 with nested lists", respond(400, b"[" * 50_000 + b"]" * 50_000),
          f"{REJECTED} 400): check model and settings."),
    Fault("returns status 400 with 4 MB of text", respond(400, error_body("n " * 2_000_000)),
          f"{REJECTED} 400: {'n ' * 73}n…): check model and settings."),
    Fault("blocks the content as unsafe",
          respond(400, error_body("It is not safe.", "moderation_blocked")),
          "The server URL refused 'STAGE' (It is not safe): use another image or model."),
)  # fmt: skip
STATUSES: Final = (*LIMITS, *FAILURES, *FRAMEWORKS, *REDIRECTS, *KEYS, *MODELS, *ROUTES, *REQUESTS)
