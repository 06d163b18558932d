"""The language of a description: it must be English, or its cost is stated.

The tables of the codings and of the selection of words are English. Words of another language are
sent letter by letter, in several times the bytes, so such a description is refused by name, or kept
on request with a notice.
"""

from __future__ import annotations

from typing import Final

from semcodec._wording import plural
from semcodec.backends.isolation import backend_name
from semcodec.bitstream import Record
from semcodec.choices import Coding, CodingChoice, Language, values_of
from semcodec.errors import InputError, InvalidResponseError
from semcodec.pipeline.description import GivenDescription
from semcodec.pipeline.trace import TracedRun
from semcodec.words.language import detect
from semcodec.words.language.english_cost import english_bytes

LANGUAGES: Final[tuple[Language, ...]] = values_of(Language)
ANY: Final = "any"


def check_language(description: str, language: Language, describer: object, run: TracedRun) -> str:
    """Return the part of a description from which words are selected.

    An answer in two languages is reduced to its English part, with a notice.

    Args:
        description: any text.
        language: ``"en"``, or ``"any"`` to return any description.
        describer: what the description comes from.
        run: gets the notice.

    Raises:
        InputError: a description that the caller gave is not English.
        InvalidResponseError: the result of a describer is not English.
    """
    detected = detect(description)
    if not detected.is_english:
        if language == ANY:
            return description
        raise _not_english(detected.predicate, describer)
    if detected.dropped:
        run.add_notice(
            f"The description is partly {detected.dropped}: only its English part was used."
        )
    return detected.english


def _not_english(predicate: str, describer: object) -> InputError | InvalidResponseError:
    problem = f"The description is {predicate}, not English"
    if type(describer) is GivenDescription:
        return InputError(f"{problem}: give an English one, or use language any.")
    message = f"{problem}: use a describer that answers in English, or language any."
    return InvalidResponseError(message, backend=backend_name(describer), stage="describe")


def choose_selection_coding(description: str, coding: CodingChoice) -> Coding:
    """Return the coding for which words are selected, given the choice of the caller.

    With ``"auto"`` it is ``"lexicon"``, but ``"utf8"`` for a description in another language with
    letters that ``"lexicon"`` lacks: without its accents, a word can be another one.

    Raises:
        InputError: ``"nibble"`` cannot send the words of another language, which a decoder restores
            as English ones.
    """
    language = detect(description)
    if coding == "nibble" and not language.is_english:
        raise InputError(
            f"The description is {language.predicate}, and decoders restore nibble to English "
            "words: use coding auto."
        )
    if coding != "auto":
        return coding
    return "lexicon" if language.is_english or description.isascii() else "utf8"


def note_cost(description: str, record: Record, run: TracedRun) -> None:
    """Add a notice with the bytes that words of another language take, and those of English."""
    detected = detect(description)
    if detected.is_english:
        return
    count, size = len(record.words), record.payload_bits // 8
    run.add_notice(
        f"The description is {detected.predicate}: {plural(count, 'word')} in "
        f"{plural(size, 'byte')}; as many English words take about {english_bytes(count)}."
    )
