"""Find the fields that a server rejects in the error that it returns.

No standard covers this. Servers name a rejected field in three ways, and this module reads
all of them (the examples are quoted in tests/backends/openai/rejections.py):

* Structured: pydantic's ``{"type": "extra_forbidden", "loc": ["body", "seed"]}``, as an object or
  as text; OpenAI's ``{"param": "seed", "code": "unsupported_parameter"}``; similar ones.
* In a sentence: ``json: unknown field "seed"``, ``property 'n' is unsupported``.
* Without a name: ``System role not supported``, ``Conversation roles must alternate``.

Two rules keep a field that is only mentioned, as in "n is too large" or "the size is not
supported". It must be in a phrase that rejects it, and a field whose name is also a word must be
quoted there, or called a field, parameter or the like. And only the fields of this request count
that it can be sent without: an error about the model or the prompt is about its value.

Only errors after which nothing was processed count (``STATUSES``). Status 500 counts for texts:
some servers answer with it when the template or the grammar of a model rejects a request. A server
may have painted an image before status 500, so there it does not count.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from semcodec.backends.openai.field_names import NEVER_REJECTED
from semcodec.backends.recording import ModelRequest

STATUSES: Final = (400, 404, 422, 501)
TEXT_STATUSES: Final = (*STATUSES, 500)
MAX_TEXT: Final = 2000  #: characters of each text that are searched
MAX_TEXTS: Final = 8000  #: characters of all texts that are searched
MAX_VALUES: Final = 500  #: values of an error that are looked at
MAX_DEPTH: Final = 12  #: of an error, in nested objects
#: Names that contain no ordinary word: to mention one in a phrase that rejects something suffices.
MIN_DISTINCTIVE: Final = re.compile(r"\w+_\w+$|temperature$")
ECHOES: Final = ("input", "ctx", "url", "stack", "traceback")  #: parts that repeat the request
#: Fields of an error that name a field of the request.
NAME_FIELDS: Final = (
    "param", "loc", "field", "path", "keys", "property", "parameter", "pointer", "location",
    "additionalProperty", "instancePath", "propertyName", "name",
)  # fmt: skip
#: Names of fields that are also usual names of the parts of an error.
NAMES_IN_ERRORS: Final = ("detail", "text", "input", "model")
#: Values of the other fields beside it that reject the field itself.
REJECTION: Final = re.compile(
    r"extra[_. ](?:forbidden|inputs?|fields?)|value_error\.extra|"
    r"(?:unsupported|unknown|unrecogni[sz]ed|unexpected|additional)[_ ]?"
    r"(?:parameter|param|key|field|argument|propert|name)|"
    r"\b(?:not|isn't) (?:yet |currently )?"
    r"(?:supported|permitted|allowed|recogni[sz]ed|implemented)|"
    r"\bunsupported\b|\bunknown (?:name|field)",
    re.I,
)
#: Values that reject only the value of a field; these fields have no other value worth sending.
VALUE_REJECTION: Final = re.compile(r"(?:unsupported|invalid)[_ ]value|literal_error|enum", re.I)
VALUE_FIELDS: Final = ("temperature", "seed", "response_format", "text", "system")
#: Pydantic's errors as text, in the messages of vLLM.
ERROR_REPR: Final = re.compile(
    r"""['"]type['"]: ?['"](?P<type>[\w.]{1,40})['"], ?"""
    r"""['"]loc['"]: ?[(\[](?P<loc>[^()\[\]]{1,200})[)\]]"""
)
NAME: Final = re.compile(r"[A-Za-z_]\w*")
#: A server that cannot follow a JSON schema, whatever it calls it.
SCHEMA: Final = re.compile(
    r"response_format|response format|schema|grammar|sampler|peg-|text\.format|"
    r"structured output|json mode|guided",
    re.I,
)
#: Never left out, or, for the role, found by ``SYSTEM``.
NOT_IN_SENTENCES: Final = (*NEVER_REJECTED, "system")
SCHEMA_FIELDS: Final = ("response_format", "text")
SYSTEM_FIELDS: Final = ("system", "instructions")
NOT_SUPPORTED: Final = (
    r"(?:(?:is|are|was|were|be|must) )?"
    r"(?:(?:not|never|isn't|aren't) (?:yet |currently |be )?(?:a )?"
    r"(?:support|allow|permit|implement|recogni[sz]|accept|avail|expect|known|valid|enabl|exist)"
    r"|(?:an? )?(?:unsupported|unrecogni[sz]ed|unexpected|unknown|unpermitted)"
    r"|an invalid|disallowed|deprecated|unavailable|additional propert"
    r"|should not exist|does ?n[o']t exist|could not be mapped)"
)
SYSTEM: Final = re.compile(
    rf"\b(?:system|developer)['\"`]? (?:role|message|prompt|instruction)s?['\"`]? {NOT_SUPPORTED}|"
    r"\b(?:does not|doesn't|cannot|do not|no) (?:support |accept |allow |have )?(?:a |the |any )?"
    r"['\"`]?(?:system|developer)['\"`]? (?:role|message|prompt|instruction)|"
    r"\broles? ['\"`]?system['\"`]? " + NOT_SUPPORTED + r"|"
    r"\b(?:unknown|unsupported|unexpected|invalid|unrecogni[sz]ed) (?:message )?(?:role|variant):? "
    r"?['\"`]?system\b|['\"`]system['\"`] is not one of|"
    r"\bonly ['\"`]?user\b[^.]{0,40}\broles are (?:supported|allowed|accepted)|"
    r"\broles?\b[^.]{0,60}\b(?:must|should) be (?:one of |either )?[^\w.]{0,4}user\b|"
    r"\broles must alternate",
    re.I,
)
_QUOTE: Final = r"['\"`‘’“”]"
_NOUN: Final = (
    r"(?:(?:request|body|input|query|json|keyword|object|inference) )?"
    r"(?:argument|parameter|param|field|key|property|propertie|option|attribute|name|input|setting)"
    r"(?:\(s\)|s)?"
)
_MARKS: Final = r"['\"`‘’“”\[\](){}:=,/#$. ]"


def find_rejected_fields(status: int, error: Any, request: ModelRequest) -> tuple[str, ...]:
    """Return the usual names of the fields of ``request`` that the server rejects.

    Args:
        status: the status of the response.
        error: its body as JSON, or as a text.
        request: the request, with the names of its fields.
    """
    if status not in (STATUSES if request.is_image_request else TEXT_STATUSES):
        return ()
    found: dict[str, None] = {}
    texts: list[str] = []
    for value in _walk(error):
        if isinstance(value, dict):
            found |= dict.fromkeys(_named_by(value, request))
        else:
            texts.append(value[:MAX_TEXT])
    texts = _shorten(texts)
    for text in texts:
        found |= dict.fromkeys(_named_in_repr(text, request) or _named_in(text, request))
    fields = tuple(field for field in found if field not in NEVER_REJECTED)
    return fields or (() if status == 404 else _unnamed(texts, request))


def _walk(error: Any) -> Iterator[dict[str, Any] | str]:
    """Yield the objects and texts in an error, without what repeats the request."""
    waiting, count = [(error, 0)], 0
    while waiting and count < MAX_VALUES:
        value, depth = waiting.pop()
        count += 1
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict) and depth < MAX_DEPTH:
            yield value
            parts = [part for name, part in value.items() if name not in ECHOES]
            waiting += [(part, depth + 1) for part in parts[:MAX_VALUES]]
        elif isinstance(value, list) and depth < MAX_DEPTH:
            waiting += [(part, depth + 1) for part in value[:MAX_VALUES]]


def _shorten(texts: list[str]) -> list[str]:
    """Return the first texts, with at most ``MAX_TEXTS`` characters in all."""
    ends = itertools.accumulate(map(len, texts))
    return [text for text, end in zip(texts, ends, strict=True) if end <= MAX_TEXTS]


# --- structured errors --------------------------------------------------------------------------


def _named_by(error: dict[str, Any], request: ModelRequest) -> Iterator[str]:
    """Yield the fields that an object of an error names and rejects."""
    reasons = " ".join(
        value[:MAX_TEXT]
        for name, value in error.items()
        if isinstance(value, str) and name not in (*NAME_FIELDS, *ECHOES)
    )
    for name in NAME_FIELDS:
        value = error.get(name)
        for path in value if name == "keys" and isinstance(value, list) else [value]:
            field = _field_at(_steps(path), request)
            if field and (name == "additionalProperty" or _rejects(field, reasons)):
                yield field
    for name, field in request.fields.items():  # {"seed": ["Unknown field."]}
        value = None if name in NAMES_IN_ERRORS else error.get(name)
        problems = value[:MAX_DEPTH] if isinstance(value, list) else [value]
        if any(isinstance(text, str) and _rejects(field, text[:MAX_TEXT]) for text in problems):
            yield field


def _rejects(field: str, reason: str) -> bool:
    """Return whether an error with a reason, which is about ``field``, rejects it."""
    if VALUE_REJECTION.search(reason):
        return field in VALUE_FIELDS
    return field == "temperature" or REJECTION.search(reason) is not None


def _steps(path: Any) -> list[str]:
    """Return the names in a path such as ``messages[0].role`` or ``["body", "seed"]``."""
    if isinstance(path, list):
        return [step for step in path[:MAX_DEPTH] if isinstance(step, str)]
    return NAME.findall(path[:MAX_TEXT])[:MAX_DEPTH] if isinstance(path, str) else []


def _field_at(steps: list[str], request: ModelRequest) -> str | None:
    """Return the field of ``request`` at a path, or None.

    ``loc`` may begin with the part of the request, and have names of pydantic's types in it.
    """
    fields = {name: field for name, field in request.fields.items() if name in steps}
    if not fields:
        return "system" if "role" in steps and "system" in request.fields.values() else None
    outer = next(fields[step] for step in steps if step in fields)
    if outer in ("messages", "input", *SCHEMA_FIELDS):
        inner = fields.get(steps[-1])
        if inner in ("detail", "strict"):
            return inner
        if outer in ("messages", "input"):
            is_role = steps[-1] == "role" and "system" in request.fields.values()
            return "system" if is_role else None
    return outer


def _named_in_repr(text: str, request: ModelRequest) -> list[str]:
    """Return the fields that pydantic's errors, written as text, reject."""
    found = []
    for match in ERROR_REPR.finditer(text):
        field = _field_at(NAME.findall(match["loc"]), request)
        if field and _rejects(field, match["type"]):
            found.append(field)
    return found


# --- sentences ----------------------------------------------------------------------------------


def _named_in(text: str, request: ModelRequest) -> list[str]:
    """Return the fields that a sentence names and rejects."""
    return [
        field
        for name, field in request.fields.items()
        if field not in NOT_IN_SENTENCES
        and name.lower() in text.lower()
        and _pattern(name).search(text)
    ]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a phrase that rejects the field ``name``.

    ``own`` is the name in quotes, possibly at the end of a path, or with a noun such as "field"
    before or after it; a distinctive name may stand alone. ``listed`` is the name in a list that
    begins right after a phrase such as "unknown field".
    """
    word = rf"(?<![\w-]){re.escape(name)}(?![\w-]|[.\[]\w)"
    quoted = rf"{_QUOTE}[\w.\[\]/$]{{0,80}}{word}{_QUOTE}"
    forms = [quoted, rf"{_NOUN}:? {_QUOTE}?{word}{_QUOTE}?", rf"{_QUOTE}?{word}{_QUOTE}? {_NOUN}"]
    forms.append(rf"(?<![\w.])[\w$#][\w.\[\]/]{{0,80}}[.\]/]{word}")
    if MIN_DISTINCTIVE.match(name):
        forms.append(word)
    own = rf"(?:{'|'.join(forms)})"
    item = rf"(?:{_MARKS}|and |\w[\w.]{{0,40}}(?=['\"`\],]))"
    path = r"(?:[\w.\[\]/$]{0,80}[.\]/])?"
    listed = rf"{item}{{0,60}}?{path}{word}(?!\s+(?:is|must|should|has)\b)"
    kind = r"(?: of type| type| format)?(?: ['\"`]\w{1,30}['\"`])?(?: \w{1,12})?"
    phrases = [
        # seed is not supported; 'seed' was unexpected; seed: Extra inputs are not permitted
        rf"{own}(?:, {_QUOTE}\w{{1,30}}{_QUOTE})*{kind}:? {NOT_SUPPORTED}",
        rf"{own}:? extra (?:inputs?|fields?) (?:are |is )?not permitted",
        rf"^{word}:? (?!.{{0,20}}avail)(?:{NOT_SUPPORTED}|extra inputs? (?:are|is) not permitted)",
        # unknown field "seed"; Unrecognized request argument supplied: seed
        r"(?:unknown|unsupported|unrecogni[sz]ed|unexpected|unpermitted|extra|extraneous|"
        r"additional|undefined) "
        rf"{_NOUN}(?: (?:supplied|provided|given|found|in (?:the )?(?:object|request|body)))?"
        rf"{listed}",
        # does not support the seed parameter; does not support parameters: ['seed']
        r"(?:does not|doesn't|do not|don't|cannot|can't) (?:currently )?"
        rf"(?:support|accept|allow|recogni[sz]e|know|implement|handle) (?:the |a |any )?"
        rf"(?:{own}|{_NOUN}{listed}|{word}(?=\s*(?:$|[.,;])))",
        # no such field: seed; Cannot find field: seed
        rf"(?:\bno (?:such )?|cannot find |can't find ){_NOUN}:? {_QUOTE}?{word}",
        # Argument not supported on this model: seed
        rf"{_NOUN} (?:is |are )?not (?:supported|allowed|permitted|accepted)[^:.]{{0,40}}:{listed}",
        rf"not permitted, (?:field|key|path): {_QUOTE}?{word}",
        rf"unsupported:{listed}",
    ]
    if name == "temperature":  # only the value is rejected, but no other one is worth sending
        phrases.append(
            rf"unsupported value:? {own}|"
            rf"{own}:? (?:does not support|must|should|only|cannot|has to)|"
            rf"invalid {own}|only (?:the )?(?:default )?{own}"
        )
    return re.compile("|".join(phrases), re.I | re.M)


def _unnamed(texts: Iterable[str], request: ModelRequest) -> tuple[str, ...]:
    """Return the system role or the JSON schema if an error is about it without naming a field."""
    fields = request.fields.values()
    for names, pattern in ((SYSTEM_FIELDS, SYSTEM), (SCHEMA_FIELDS, SCHEMA)):
        found = [field for field in fields if field in names]
        if found and not request.is_image_request and any(map(pattern.search, texts)):
            return tuple(found)
    return ()
