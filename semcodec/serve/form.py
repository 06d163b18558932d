"""Multipart forms (RFC 7578): the fields and the files of a request.

The parser of e-mails in the standard library reads them as well, but copies a picture several times
and goes through it line by line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from semcodec.serve.problems import invalid_value_error

CONTENT_TYPE: Final = "multipart/form-data"
MAX_PARTS: Final = 32
MAX_BOUNDARY: Final = 70  #: characters (RFC 2046)
MAX_PART_HEADERS: Final = 2**12  #: bytes
MAX_VALUE_BYTES: Final = 2**19  #: of a field that is not a file


@dataclass(frozen=True, slots=True)
class Form:
    """A form.

    Attributes:
        fields: texts by name; of several with one name, the last.
        files: the files by name. ``[]`` at the end of a name, with which some clients mark a list,
            is left out.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)


def parse_form(content_type: str, body: bytes) -> Form:
    """Return the form in ``body``.

    Raises:
        RequestError: status 400, it is not a form, or exceeds a limit.
    """
    headers = Message()
    headers["content-type"] = content_type
    boundary = _parameter(headers, "content-type", "boundary")
    if not 0 < len(boundary) <= MAX_BOUNDARY:
        raise invalid_value_error(
            "The form has no boundary in its content type: use a client for forms."
        )
    # Each delimiter begins a line, also the first one; a part ends before the line break.
    delimiter = b"\r\n--" + boundary.encode("latin-1", "replace")
    parts = (b"\r\n" + body).split(delimiter, MAX_PARTS + 1)
    if len(parts) < 3 or not parts[-1].startswith(b"--"):
        raise invalid_value_error(
            f"The form is cut off, or has over {MAX_PARTS} parts: send all of it, and fewer fields."
        )
    form = Form()
    for part in parts[1:-1]:
        _add_part(form, part)
    return form


def _add_part(form: Form, part: bytes) -> None:
    head, separator, content = part.partition(b"\r\n\r\n")
    if not separator or len(head) > MAX_PART_HEADERS:
        raise invalid_value_error("A part of the form has no end of its headers, or too long ones.")
    headers = BytesHeaderParser().parsebytes(head.lstrip())
    name = _parameter(headers, "content-disposition", "name").removesuffix("[]")
    if not name:
        raise invalid_value_error("A part of the form has no name: name each field.")
    if _parameter(headers, "content-disposition", "filename"):
        form.files.setdefault(name, []).append(content)
        return
    if len(content) > MAX_VALUE_BYTES:
        raise invalid_value_error(f"The field has over {MAX_VALUE_BYTES} bytes: shorten it.", name)
    try:
        form.fields[name] = content.decode()
    except UnicodeDecodeError as error:
        raise invalid_value_error(
            "The field is not UTF-8: send a file with a file name.", name
        ) from error


def _parameter(headers: Message, header: str, name: str) -> str:
    """Return a parameter of a header, such as the boundary; ``""`` if it has none.

    Raises:
        RequestError: status 400, the parameters are damaged.
    """
    try:
        value = headers.get_param(name, "", header)
    except (ValueError, LookupError, TypeError) as error:  # of a damaged form of RFC 2231
        raise invalid_value_error(
            "The headers of the form are damaged: use a client for forms."
        ) from error
    return value if isinstance(value, str) else value[2]  # in the form of RFC 2231
