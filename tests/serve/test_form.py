"""Forms of multipart/form-data: fields and files, and what is not a form."""

from __future__ import annotations

import pytest

from semcodec.serve.form import MAX_PARTS, MAX_VALUE_BYTES, parse_form
from semcodec.serve.problems import RequestError
from tests.each import for_each
from tests.serve.test_images import make_form


def test_form_has_fields_and_files_byte_for_byte() -> None:
    binary = bytes(range(256)) + b"\r\n--b-2\r\n--b\r\n\r\n --b-1--\n--b-1--\r\n--"
    body, kind = make_form(("prompt", "é\r\n--b-2\r\n"), ("image[]", binary), ("image[]", b""))
    form = parse_form(kind, b"preamble\r\n" + body + b"epilogue")
    assert form.fields == {"prompt": "é\r\n--b-2\r\n"}
    assert form.files == {"image": [binary, b""]}


@for_each(
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=", b"--\r\n\r\n--"),
        ("multipart/form-data; boundary*0*=''B; boundary*0=x; boundary*=1", b"--B--"),
        (f"multipart/form-data; boundary*{'9' * 5000}*=B", b"--B--"),
        (f"multipart/form-data; boundary={'b' * 71}", b""),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b--"),
        ("multipart/form-data; boundary=b", b'--b\r\nx: form-data; name="a"\r\n\r\nx\r\n--b--'),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"'),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"a" * 9999 + b"\r\n\r\nx\r\n--b--"),
    ]
)
def test_body_that_is_not_a_form(kind: str, body: bytes) -> None:
    with pytest.raises(RequestError):
        parse_form(kind, body)


def test_limits_of_forms() -> None:
    body, kind = make_form(*[("a", "x")] * MAX_PARTS)
    assert parse_form(kind, body).fields == {"a": "x"}
    for fields in ([("a", "x")] * (MAX_PARTS + 1), [("a", "x" * (MAX_VALUE_BYTES + 1))]):
        body, kind = make_form(*fields)
        with pytest.raises(RequestError):
            parse_form(kind, body)
    with pytest.raises(RequestError, match="UTF-8"):
        parse_form(kind, make_form(("a", "é"))[0].replace("é".encode(), b"\xe9"))
