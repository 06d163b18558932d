"""Errors of real servers that reject a field, and errors that only mention one."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Rejection(NamedTuple):
    """An error, and the field that it rejects; "" if it rejects none."""

    status: int
    error: Any
    field: str


def forbidden(*loc: Any, kind: str = "extra_forbidden") -> dict[str, Any]:
    """Return one of pydantic's errors."""
    return {"type": kind, "loc": [*loc], "msg": "Extra inputs are not permitted", "input": 1}


def openai(message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """Return the ``error`` of OpenAI."""
    return {"message": message, "type": "invalid_request_error", "param": param, "code": code}


LIMIT: Final = "max_completion_tokens"
FORMAT: Final = "response_format"
#: By server or library.
TEXTS: Final[dict[str, Rejection]] = {
    "FastAPI": Rejection(422, {"detail": [forbidden("body", LIMIT)]}, LIMIT),
    "FastAPI, pydantic 1": Rejection(
        422, {"detail": [forbidden("body", "seed", kind="value_error.extra")]}, "seed"
    ),
    "Mistral": Rejection(
        422,
        {"object": "error", "message": {"detail": [forbidden("body", LIMIT)]}, "code": None},
        LIMIT,
    ),
    "FastAPI, inside a part": Rejection(
        422,
        {"detail": [forbidden("body", "messages", 1, "content", 1, "image_url", "detail")]},
        "detail",
    ),
    "FastAPI, with the types of a union": Rejection(
        422,
        {"detail": [forbidden("body", "messages", 1, "UserMessage", "content", "list[Part]", 1,
                              "ImagePart", "image_url", "ImageURL", "detail")]},
        "detail",
    ),
    "FastAPI, role": Rejection(
        422,
        {"detail": [{"type": "literal_error", "loc": ["body", "messages", 0, "role"],
                     "msg": "Input should be 'user' or 'assistant'"}]},
        "system",
    ),
    "FastAPI, type of the format": Rejection(
        422,
        {"detail": [{"type": "literal_error", "loc": ["body", FORMAT, "type"],
                     "msg": "Input should be 'text' or 'json_object'"}]},
        FORMAT,
    ),
    "FastAPI, inside the format": Rejection(
        422, {"detail": [forbidden("body", FORMAT, "json_schema")]}, FORMAT
    ),
    "FastAPI, strict": Rejection(
        422, {"detail": [forbidden("body", FORMAT, "json_schema", "strict")]}, "strict"
    ),
    "vLLM": Rejection(
        400,
        {"object": "error", "type": "BadRequestError", "param": None, "code": 400,
         "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), "
         "'msg': 'Extra inputs are not permitted', 'input': 4096}]"},
        LIMIT,
    ),
    "OpenAI": Rejection(
        400,
        openai("Unsupported parameter: 'max_completion_tokens' is not supported with this model. "
               "Use 'max_tokens' instead.", LIMIT, "unsupported_parameter"),
        LIMIT,
    ),
    "OpenAI, value": Rejection(
        400,
        openai("Unsupported value: 'temperature' does not support 0 with this model. Only the "
               "default (1) value is supported.", "temperature", "unsupported_value"),
        "temperature",
    ),
    "OpenAI, value, as text": Rejection(
        400,
        "Unsupported value: 'temperature' does not support 0 with this model.",
        "temperature",
    ),
    "OpenAI, role": Rejection(
        400,
        openai("Unsupported value: 'messages[0].role' does not support 'system' with this model.",
               "messages[0].role", "unsupported_value"),
        "system",
    ),
    "OpenAI, format": Rejection(
        400,
        openai("Invalid parameter: 'response_format' of type 'json_schema' is not supported with "
               "this model.", "response_format"),
        FORMAT,
    ),
    "OpenAI, older": Rejection(400, openai("Unrecognized request argument supplied: seed"), "seed"),
    "OpenAI, older, several": Rejection(
        400, openai("Unrecognized request arguments supplied: logit_bias, seed"), "seed"
    ),
    "OpenAI, path": Rejection(
        400,
        openai("Unknown parameter: 'messages[1].content[1].image_url.detail'.",
               "messages[1].content[1].image_url.detail", "unknown_parameter"),
        "detail",
    ),
    "Azure": Rejection(400, openai("'seed' is not supported by this deployment."), "seed"),
    "Groq": Rejection(400, openai("property 'seed' is unsupported"), "seed"),
    "Groq, path": Rejection(
        400, openai("property 'messages.1.content.1.image_url.detail' is unsupported"), "detail"
    ),
    "xAI": Rejection(400, {"code": "x", "error": "Argument not supported on this model: seed"},
                     "seed"),
    "DeepSeek": Rejection(400, openai("This response_format type is unavailable now"), FORMAT),
    "Kimi": Rejection(
        400, openai("invalid temperature: only 1 is allowed for this model"), "temperature"
    ),
    "TGI": Rejection(
        422, {"error": "Input validation error: `temperature` must be strictly positive"},
        "temperature",
    ),
    "Fireworks": Rejection(
        400, openai("Extra inputs are not permitted, field: 'seed', value: 1"), "seed"
    ),
    "Anthropic": Rejection(400, openai("seed: Extra inputs are not permitted"), "seed"),
    "Anthropic, role": Rejection(
        400, openai('messages: Unexpected role "system". The Messages API accepts a top-level '
                    "`system` parameter"), "system",
    ),
    "Bedrock": Rejection(
        400, {"message": "Malformed input request: #: extraneous key [seed] is not permitted"},
        "seed",
    ),
    "Gemini": Rejection(
        400,
        openai('Invalid JSON payload received. Unknown name "seed": Cannot find field.'), "seed",
    ),
    "Gemini, role": Rejection(
        400, openai("Developer instruction is not enabled for models/gemma-3-4b-it"), "system"
    ),
    "LiteLLM": Rejection(
        400,
        openai("litellm.UnsupportedParamsError: huggingface does not support parameters: "
               "['seed'], for model=m."), "seed",
    ),
    "Gemma's template": Rejection(400, openai("System role not supported"), "system"),
    "Gemma's template in llama.cpp": Rejection(
        500, openai("Value is not callable: System role not supported at row 1"), "system"
    ),
    "Mistral's template": Rejection(
        400, openai("Conversation roles must alternate user/assistant/user/assistant/..."),
        "system",
    ),
    "Mistral's template, older": Rejection(
        400, openai("Only user and assistant roles are supported!"), "system"
    ),
    "Go": Rejection(400, 'json: unknown field "seed"', "seed"),
    "Go, wrapped": Rejection(
        400, {"error": 'failed to decode body: json: unknown field "max_completion_tokens"'}, LIMIT
    ),
    "Rust": Rejection(
        422,
        "Failed to deserialize the JSON body into the target type: unknown field `seed`, expected "
        "one of `model`, `messages`, `temperature` at line 1 column 9", "seed",
    ),
    "Rust, role": Rejection(
        422,
        "Failed to deserialize the JSON body into the target type: messages[0].role: unknown "
        "variant `system`, expected `user` or `assistant` at line 1 column 40", "system",
    ),
    "Python": Rejection(
        400, {"detail": "create() got an unexpected keyword argument 'seed'"}, "seed"
    ),
    "aiohttp": Rejection(400, "400: unexpected field: seed", "seed"),
    "Jackson": Rejection(
        400,
        {"message": 'Unrecognized field "seed" (class Request), not marked as ignorable'}, "seed",
    ),
    ".NET": Rejection(
        400,
        {"title": "Bad Request", "detail": "The JSON property 'seed' could not be mapped to any "
         ".NET member contained in type 'Request'."}, "seed",
    ),
    "protobuf": Rejection(400, {"message": 'no such field: "seed"'}, "seed"),
    "zod": Rejection(
        400,
        {"success": False, "error": {"issues": [
            {"code": "unrecognized_keys", "keys": ["seed"], "path": [],
             "message": "Unrecognized key(s) in object: 'seed'"}]}}, "seed",
    ),
    "ajv": Rejection(
        400,
        {"errors": [{"keyword": "additionalProperties", "params": {"additionalProperty": "seed"},
                     "message": "must NOT have additional properties"}]}, "seed",
    ),
    "NestJS": Rejection(400, {"message": ["property seed should not exist"]}, "seed"),
    "Joi": Rejection(400, {"message": '"seed" is not allowed'}, "seed"),
    "marshmallow": Rejection(422, {"errors": {"json": {"seed": ["Unknown field."]}}}, "seed"),
    "jsonschema": Rejection(
        400,
        {"error": "Additional properties are not allowed ('seed' was unexpected)"}, "seed",
    ),
    "jsonschema, role": Rejection(
        400, {"error": "'system' is not one of ['user', 'assistant'] - 'messages.0.role'"},
        "system",
    ),
    "plain text": Rejection(400, "response_format is not supported", FORMAT),
    "plain text, 501": Rejection(501, {"error": "response_format is not implemented"}, FORMAT),
    "plain text, 404": Rejection(404, "The parameter seed is not supported.", "seed"),
    "plain words": Rejection(400, "This model does not support the seed parameter.", "seed"),
    "plain words, temperature": Rejection(
        400, "`temperature` is deprecated for this model.", "temperature"
    ),
    "no field": Rejection(400, {"error": "There is no field seed."}, "seed"),
    "llama.cpp's grammar": Rejection(
        500, openai("The model output does not match the expected peg-native format"), FORMAT
    ),
    "llama.cpp's sampler": Rejection(400, openai("Failed to initialize samplers"), FORMAT),
    # Errors that only mention a field.
    "value of the limit": Rejection(
        400, openai("max_completion_tokens is too large: 4096. This model supports at most 2048 "
                    "completion tokens.", LIMIT, "invalid_value"), "",
    ),
    "seed as a word": Rejection(400, "The seed bank is not supported by the seed fund.", ""),
    "system as a word": Rejection(400, "The system is not available. Operating system error.", ""),
    "detail as a word": Rejection(
        400, {"detail": "Not found in detail", "field": "x", "error": "unknown"}, ""
    ),
    "other field": Rejection(400, 'json: unknown field "top_k"', ""),
    "other field, with ours in the list of the known": Rejection(
        422, "unknown field `top_k`, expected one of `model`, `seed`, `messages`", ""
    ),
    "the request as an echo": Rejection(
        422,
        {"detail": [{"type": "missing", "loc": ["body", "prompt"], "msg": "Field required",
                     "input": {"seed": 1, "a": "json: unknown field \"seed\""}}]}, "",
    ),
    "context": Rejection(
        400, openai("This model's maximum context length is 4096 tokens. However, you requested "
                    "5000 tokens (904 in the messages, 4096 in max_completion_tokens)."), "",
    ),
    "model": Rejection(
        404, openai("The model `m` does not exist or does not support this API.", "model"), "",
    ),
    "rate limit": Rejection(429, openai("Unknown parameter: 'seed'"), ""),
    "crash": Rejection(500, openai("Sorry."), ""),
    "gateway": Rejection(502, 'json: unknown field "seed"', ""),
    "success": Rejection(200, 'json: unknown field "seed"', ""),
    "image": Rejection(
        500, openai("image input is not supported - hint: you may need to provide the mmproj"), "",
    ),
}  # fmt: skip
IMAGES: Final[dict[str, Rejection]] = {
    "n": Rejection(400, openai("property 'n' is unsupported"), "n"),
    "n, no field": Rejection(400, {"error": "There is no field n."}, "n"),
    "n, Go": Rejection(400, 'json: unknown field "n"', "n"),
    "format": Rejection(400, openai("Unknown parameter: 'response_format'."), FORMAT),
    "format, code": Rejection(
        400, openai("Unknown parameter.", FORMAT, "unknown_parameter"), FORMAT
    ),
    "seed": Rejection(422, {"detail": [forbidden("body", "seed")]}, "seed"),
    "size": Rejection(400, openai("Unsupported parameter: size"), "size"),
    "several": Rejection(400, "Unrecognized key(s) in object: 'n', 'size'", "n size"),
    "not implemented": Rejection(501, "The field response_format is not implemented", FORMAT),
    # Errors that only mention a field.
    "n is a word": Rejection(422, {"detail": "n is too many"}, ""),
    "value of the size": Rejection(
        400, openai("Invalid size '64x64'. Supported sizes are 256x256.", "size", "invalid_value"),
        "",
    ),
    "value of the size, in words": Rejection(400, openai("This size is not supported."), ""),
    "value of the size, with its name": Rejection(
        400, openai("The size 64x64 is not supported by this model.", "size", "invalid_value"), ""
    ),
    "value of n": Rejection(400, openai("n must be at most 1", "n", "invalid_value"), ""),
    "billed": Rejection(500, 'json: unknown field "n"', ""),
    "editing": Rejection(400, openai("Image editing is not supported by this model."), ""),
    "prompt": Rejection(400, openai("Unknown parameter: 'prompt'."), ""),
}  # fmt: skip
#: Sentences by the field that they reject.
SENTENCES: Final[dict[str, list[str]]] = {
    "seed": [
        "Unknown field: seed",
        "Unsupported field 'seed' in request",
        "The 'seed' field is not supported",
        "parameter `seed` not supported",
        "Field seed is unknown",
        "seed: unknown field",
        "Unrecognized keys: ['seed']",
        "got unexpected keyword arguments: seed",
        "`seed` is an invalid keyword argument",
        "body.seed: Unrecognized key",
        "Unexpected property: seed",
        "additional property 'seed' not allowed",
        "Unsupported option(s): seed",
        "This endpoint does not support `seed`.",
        "seed parameter is not available",
        "The seed parameter isn't supported",
        "seed is not supported",
        "Parameter 'seed' is not supported by this provider",
        "Unknown parameter 'seed'",
        "unknown parameter(s): top_k, seed",
        "Error: unsupported parameters: seed",
        "Unsupported parameter(s): `seed`",
        "Request contains unknown field seed",
        'object has no field "seed"',
        "Unexpected fields in request: seed",
        "the following fields are not allowed: seed",
        "The following parameters are not supported: seed, n",
        "seed is not a valid parameter",
        "'seed' is not a recognized parameter",
        "Unpermitted parameter: seed",
        "found unpermitted parameter: :seed",
        "Unknown argument `seed`",
        "unknown key 'seed' in request body",
        "Extra fields not permitted: seed",
        "'seed' not permitted",
        "json: cannot unmarshal: unknown field seed",
        'unexpected additional property "seed"',
        "data must NOT have additional property 'seed'",
        "$.seed: additional properties not allowed",
        "Unrecognized parameter: seed",
        "seed: Unknown parameter",
    ],
    "system": [
        "system prompt is not supported by this model",
        "The model does not support system instructions",
        "This model doesn't support system messages",
        "System messages are not supported",
        "Unsupported role: system",
        "role must be one of user, assistant",
        "only 'user' and 'assistant' roles are allowed",
        "Message role 'system' is not allowed",
        "a system message isn't allowed",
        "Unknown role system",
        "messages.0.role: Input should be 'user' or 'assistant'",
        'Role "system" is not supported',
        "The system role is not supported",
        "jinja2.exceptions.TemplateError: System role not supported",
        "Roles must alternate between user and assistant",
        "After the optional system message, conversation roles must alternate user/assistant/...",
        "Invalid role 'system'",
        "invalid message role: system",
        "Only user, assistant and tool roles are supported",
    ],
    "response_format": [
        "json_schema is not supported",
        "response_format.type must be text or json_object",
        "Structured output is not supported",
        "This model does not support structured outputs",
        "JSON mode is not supported",
        "guided decoding is not supported",
        "response format is not supported",
        "'json_schema' is not one of ['text','json_object']",
        "Unknown response_format type: json_schema",
    ],
    "max_completion_tokens": [
        "max_completion_tokens is not supported",
        "Unrecognized request argument supplied: max_completion_tokens",
        "unknown field `max_completion_tokens`, expected `max_tokens`",
        "Unsupported parameter max_completion_tokens, use max_tokens",
        "max_completion_tokens isn't supported, please use max_tokens",
    ],
    "detail": [
        "detail is not supported",
        "Unknown parameter: 'messages[1].content[1].image_url.detail'.",
        'messages[1].content[1].image_url: unknown field "detail"',
        "messages.1.content.1.image_url.detail: Extra inputs are not permitted",
        "image_url.detail is not supported",
        "The detail parameter is not supported",
        "unknown field `detail`, expected `url`",
    ],
    "strict": [
        "Unknown parameter: 'response_format.json_schema.strict'.",
        "response_format.json_schema.strict: Extra inputs are not permitted",
        'unknown field "strict"',
    ],
    "temperature": [
        "temperature is not supported",
        "`temperature` must be > 0",
        "temperature must be strictly positive",
        "temperature: must be at least 0.01",
        "temperature should be greater than 0",
        "The temperature must be between 0.1 and 1",
        "invalid temperature",
        "Unsupported parameter: 'temperature' is not supported with this model.",
        "temperature cannot be 0",
        "Only temperature 1 is supported",
        "Range of temperature should be (0.0, 2.0)",
    ],
}
#: Sentences that only mention a field of an image request, and of a text request.
IMAGE_MENTIONS: Final = (
    "n is too large",
    "number of images n must be 1",
    "this size is not supported",
    "Size 928x720 is not supported",
    "Unsupported size: 928x720",
    "Unsupported value for size",
    "The size of the request is not supported",
    "the seed is out of range",
    "A prompt with seed oil is not allowed",
    "prompt contains seed, which is not allowed",
    "quality of input is unknown",
    "Unknown error. n=1",
    "unknown model n",
    "invalid prompt",
    "n/a is not supported",
    "Content is not supported: seed packets",
    "This response is unavailable",
    "The model is not supported",
    "unknown image format",
    "Unsupported image size",
    "image size not supported",
    "too many images: n",
    "format not supported",
)
TEXT_MENTIONS: Final = (
    "Invalid image detail",
    "Image detail is unknown",
    "The operating system is not supported",
    "unknown error",
    "detail: not found",
    "the model is not available; see details",
    "the text is not supported",
    "system error: not available",
    "Unsupported input",
    "invalid value for max_completion_tokens: 4096",
    "max_completion_tokens must be at most 2048",
    "model does not support images",
    "This model does not support image inputs",
    "No endpoints found that support image input",
    "messages: text content is not supported",
    "unsupported content type image_url",
    "store is not available in your country",
    "system overloaded, not available",
    "content with seed words is not permitted",
    "The API store is unavailable",
)
