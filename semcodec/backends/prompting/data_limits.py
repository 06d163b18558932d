"""Limits on the data in a prompt, so that the cost of a run is bounded before it starts.

Data of a prompt is often the answer to an earlier request: the description of a photograph, the
prompt for a painter. Without a limit, a model that answers at length would make every later request
as expensive as it likes. The limits are in tokens as a budget bounds them (``max_tokens``), which
is the length of usual texts many times over. ``--dry-run`` adds them to the requests that depend on
answers (``semcodec.cli.plan_bounds``).
"""

from __future__ import annotations

from typing import Final

from semcodec.backends.prompting.prompts import quote_data
from semcodec.backends.recording.budget import max_tokens

#: Of a quotation. 24,000 characters of English, which is twelve times a long description, or 4,000
#: of Chinese.
MAX_DATA_TOKENS: Final = 12_000
MAX_COMPARED_TOKENS: Final = MAX_DATA_TOKENS // 4  #: each of two texts, which are quoted twice
MAX_PROMPT_TOKENS: Final = 5_000  #: of the quotation in a prompt for a painter
#: Of the words to locate: ``MAX_LOCATED`` words, far longer than real ones.
MAX_LOCATED_TOKENS: Final = 4_000
MAX_PROBLEM: Final = 300  #: characters of the problem with an answer, in a retry


def cut_data(text: str, limit: int = MAX_DATA_TOKENS) -> str:
    """Return ``text``, or a beginning of it whose quotation has at most ``limit`` tokens.

    >>> cut_data("A red boat.")
    'A red boat.'
    >>> len(cut_data("<" * 99_999))  # quoted as six characters each
    3997
    """
    if max_tokens(quote_data(text)) <= limit:
        return text
    low, high = 0, len(text)  # of length ``low`` it fits, of length ``high`` it does not
    while high - low > 1:
        middle = (low + high) // 2
        if max_tokens(quote_data(text[:middle])) <= limit:
            low = middle
        else:
            high = middle
    return text[:low]
