"""The words of an answer as a whole: about the request, or about a picture."""

from __future__ import annotations

import pytest

from semcodec.backends.prompting.answers import judge_answer
from semcodec.backends.prompting.wording import is_about_the_request


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unfortunately, the attachment could not be opened.", True),
        ("Unfortunately, the boat is upside down.", False),
        ("I see a boat.", False),
        ("", False),
        ("ok", False),
        ("Ein Hund.", False),
    ],
)
def test_words_decide(text: str, expected: bool) -> None:
    assert is_about_the_request(text) is expected


def test_one_common_word_of_pictures_among_a_few_is_a_description() -> None:
    request = "Could you please upload it"
    assert is_about_the_request(request)
    assert not is_about_the_request(f"{request} boat")


def test_long_answer_may_have_one_such_word() -> None:
    answer = "I would love to help you but I need the actual image first, please upload the boat"
    assert is_about_the_request(answer)


def test_quotation_is_not_judged() -> None:
    assert judge_answer('A sign: "Unfortunately, the attachment could not be opened."').description
