"""Pictures as text: every variant of base64 and of data URLs that has only one meaning."""

from __future__ import annotations

import base64
import textwrap
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.openai.picture_data import decode_base64, decode_data_url, is_data_url


@given(st.binary(), st.integers(1, 90), st.booleans(), st.integers(-2, 2))
def test_every_variant_of_base64_is_decoded(
    data: bytes, width: int, is_url_safe: bool, padding: int
) -> None:
    encode = base64.urlsafe_b64encode if is_url_safe else base64.b64encode
    text = encode(data).decode()
    text = text.rstrip("=") if padding < 0 else text + "=" * padding
    wrapped = "\r\n".join(textwrap.wrap(text, width))
    assert decode_base64(f" {wrapped}\n\t") == data
    for url in (
        f"data:image/png;base64,{text}",
        f" DATA:;Base64,{wrapped}",
        f"data:image/png;name=a;base64,{quote(text, safe='')}",
        f"data:application/octet-stream,{quote_from_bytes(data, safe='')}",
    ):
        assert is_data_url(url)
        assert decode_data_url(url) == data


@pytest.mark.parametrize("text", ["A", "AAAAA", "%%%", "AA!A", "AA=A", "ÄÄÄÄ", "AAA*", "\u2028"])
def test_other_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not base64"):
        decode_base64(text)


@pytest.mark.parametrize(
    "url", ["data:image/png;base64", "data:", f"data:{'a' * 300},b", "data:;base64,%41"]
)
def test_data_url_without_data_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"without data|not base64"):
        decode_data_url(url)


@pytest.mark.parametrize("text", ["iVBORw0KGgo=", "", "/9j/", "http://a/data:", "databcde"])
def test_base64_is_not_a_data_url(text: str) -> None:
    assert not is_data_url(text)
