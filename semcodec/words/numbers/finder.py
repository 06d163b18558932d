"""Find the numbers of a text: what may be one, and what it is by the words around it (spec §B.5).

``forms`` has the kinds that start with a digit or a sign, ``phrases`` the numbers in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import ucd_3_2_0

from semcodec.words.numbers import forms as number_forms
from semcodec.words.numbers import words as number_words
from semcodec.words.numbers.forms import CURRENCIES, VULGAR, Form, kinds
from semcodec.words.numbers.phrases import match_phrase
from semcodec.words.numbers.words import DECADES, STYLES, Style, value_of
from semcodec.words.stopwords import FUNCTION_WORDS

MAX_WORD: Final = 63  #: characters of a word; a longer number is cut into several
MAX_COUNT_IN_WORDS: Final = 20  #: a count up to this is an English word, which costs fewer bits
PLATE_WINDOW: Final = 32  #: characters before a license plate in which the word plate stands
WINDOW: Final = 80  #: characters before a number in which an opening quotation mark is looked for

#: Nouns after which a number is a name and not a count: it stays in digits, as a sign shows it.
LABELS: Final = frozenset(
    """
    room rooms number numbers no nos nr bus buses tram train line route gate platform track pier
    dock lane exit highway interstate road street avenue house apartment apt suite flat unit floor
    level lot page chapter volume part episode player players jersey shirt bib car plate sign signs
    reads read says labeled labelled marked numbered channel area sector zone block section row seat
    table box locker door grade size model version round hole runway terminal bay berth hall class
    stage year years age aged digit digits figure figures score page step phase cell lap
    """.split()
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text.

    Attributes:
        start: index of its first character in the text.
        end: index after its last character.
        word: the one word of ``lexicon`` and ``bag``: 1 to 63 characters of ``a-zA-Z0-9'-``.
        spoken: the words of a skeleton, of the letters a to z; most often the first of
            ``spellings``, which are those of ``nibble``.
        written: the form of ``utf8``, without white space.
        parts: digits, which can be spelled in several ways, and other words, in order.
    """

    start: int
    end: int
    word: str
    spoken: tuple[str, ...]
    written: str
    parts: tuple[str, ...]


def find_numbers(text: str) -> list[Number]:
    """Return the numbers of ``text`` in order; their spans do not overlap.

    >>> [number.word for number in find_numbers("Room 404: 3 cats at 10:30, 20 °C, $3.50")]
    ['404', 'three', '10h30', '20C', '3-dollars-50']
    """
    plain, numbers, index = _plain_marks(text), [], 0
    while candidate := _CANDIDATE.search(plain, index):
        start = candidate.start()
        form, index = (
            _match_letters(plain, start)
            if _is_letter(plain[start])
            else _match_digits(plain, start)
        )
        if form:
            numbers += _numbers(form, start, index, text)
    return numbers


def spellings(number: Number) -> list[tuple[str, ...]]:
    """Return the ways to spell ``number`` in plain words, the preferred one first.

    All mean the same number; which of them a decoder restores from their skeletons depends on the
    words around it.

    >>> spellings(find_numbers("room 404")[0])[:2]
    [('four', 'zero', 'four'), ('four', 'hundred', 'four')]
    """
    value = value_of([part for part in number.parts if part != "and"])
    parts = (value,) if value and value.isdigit() else number.parts  # of "four hundred and four"
    spoken = [number.spoken, *(_speak(parts, style) for style in STYLES)]
    if parts[1:2] == ("and",) and (decimals := _DECIMALS.get(parts[2:])):
        spoken.append(_speak((parts[0], "point", f".{decimals}"), "default"))
    spoken += [("nineteen", *words) for words in spoken if words[0] in DECADES]
    spoken += [
        tuple(" ".join(_SYNONYMS.get(word, word) for word in words).split()) for words in spoken
    ]
    digits = "".join(part.strip(",") for part in parts)
    if digits.isdigit():  # not the "twenty one nine six nine" of 20-1969
        spoken = [words for words in spoken if value_of(words) == digits] or spoken
        spoken += [("number", *words) for words in spoken if not number.word.isalpha()]
    if len(parts) == 1 and (ordinal := _ORDINAL.fullmatch(parts[0])):  # "first" is like "forest"
        spoken.append(("number", *number_words.spell(ordinal[1])))
    return list(dict.fromkeys(spoken))


_ORDINAL: Final = re.compile("([0-9]+)(?:st|nd|rd|th)")
#: Words that a decoder often restores as others, and words with the same meaning.
_SYNONYMS: Final = {
    "point": "decimal",
    "to": "through",
    "am": "morning",
    "minus": "negative",
    "pounds": "sterling",
    "by": "multiplied",
    "over": "slash",
    "centimeters": "centimetres",
    "millimeters": "millimetres",
    "euros": "european currency",
    "euro": "european currency",
    "yen": "japanese currency",
    "won": "korean currency",
    "rupees": "indian currency",
}
#: Decimals of the fractions of mixed numbers: "one and half" may be restored as "one end half".
_DECIMALS: Final = {("half",): "5", ("1", "quarter"): "25", ("3", "quarters"): "75"}

_CANDIDATE: Final = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z0-9]|(?<![A-Za-z0-9)-])[-+.(\u2212\u2013]\.?[0-9]"
    rf"|[{''.join(CURRENCIES)}]\s?\.?[0-9]|[{''.join(VULGAR)}]"
)
_RUN: Final = re.compile(r"[A-Za-z0-9]++(?:[-'][A-Za-z0-9]++|(?<=[0-9])\.[0-9]++)*+")
_NAMED_PLATE: Final = re.compile(
    "(?=[A-Z0-9 -]{0,5}[0-9])[A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,4}){1,2}(?![A-Za-z0-9])"
)
_APERTURE: Final = re.compile("f/([0-9]{1,2}(?:[.][0-9])?)(?![0-9A-Za-z])")
_PLATE: Final = re.compile("[A-Z]{2}[0-9]{2} [A-Z]{3}(?![A-Za-z0-9])")
_ROMAN: Final = re.compile(
    "(?=[IVX]{2,7}(?![A-Z])|[IVXLCDM]{3,12}(?![A-Z]))M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})"
    "(?:IX|IV|V?I{0,3})(?![A-Za-z0-9-])"
)
_YEAR: Final = "M[IVXLCDM]{3}"  #: a Roman numeral with this start is no word, wherever it stands
_NEXT_WORD: Final = re.compile(r" ([a-z]{2,20})(?![A-Za-z0-9])")
_NEXT_COUNT: Final = re.compile(r" (?:to|or|and) [0-9]{1,2}(?= )")
_PREVIOUS_WORD: Final = re.compile(r"(^|[^ ] )?([A-Za-z][A-Za-z'-]*)[ .#:]{1,3}$")


def _match_digits(plain: str, start: int) -> tuple[Form | None, int]:
    """Return the form of the number that starts with a digit or a sign, and the index after it."""
    for pattern, form_of in kinds():
        match = pattern.match(plain, start)
        if match and _is_possible(match) and (form := form_of(match)):
            is_count = form.word.isdigit() and _is_count(form.word, match)
            return (_counted(form) if is_count else form), match.end()
    run = _RUN.match(plain, start)
    return (number_forms.name(run[0]), run.end()) if run else (None, start + 1)


def _match_letters(plain: str, start: int) -> tuple[Form | None, int]:
    """Return the form of the number that starts with a letter, if any, and the index to go on."""
    if plate := _match_plate(plain, start):
        return number_forms.name(plate[0].replace(" ", "-")), plate.end()
    if aperture := _APERTURE.match(plain, start):
        return number_forms.aperture(aperture[1]), aperture.end()
    if phrase := match_phrase(plain, start):
        return phrase
    if (roman := _ROMAN.match(plain, start)) and (
        re.match(_YEAR, roman[0]) or _follows_name(plain, start)
    ):
        return Form(roman[0], (str(_roman_value(roman[0])),)), roman.end()
    run = _RUN.match(plain, start)
    assert run is not None  # a letter is a run  # noqa: S101
    has_digit = any("0" <= char <= "9" for char in run[0])
    return (number_forms.name(run[0]) if has_digit else None), run.end()


def _match_plate(plain: str, start: int) -> re.Match[str] | None:
    """Return the match of a license plate: British ones anywhere, others after the word plate."""
    before = plain[max(0, start - PLATE_WINDOW) : start].lower()
    return (_NAMED_PLATE if "plate" in before else _PLATE).match(plain, start)


def _is_possible(match: re.Match[str]) -> bool:
    """Return whether a match can be the number that it looks like, given the text before it."""
    found, text = match.groupdict(), match.string
    before = text[max(0, match.start() - WINDOW) : match.start()]
    if found.get("minus") == "-" and (not before or before[-1] == "\n"):
        return _NEXT_WORD.match(text, match.end()) is None  # "- 3 dogs" is an item of a list
    if found.get("spaced") and " " in found["spaced"]:
        return not _is_label(text, match.start())
    if found.get("unit") == '"':
        return before.count('"') % 2 == 0  # else it is a closing quotation mark
    if found.get("unit") == "'":
        return len(_OPENING.findall(before)) <= len(_CLOSING.findall(before))
    return True


_OPENING: Final = re.compile("(?<![A-Za-z0-9])'")
_CLOSING: Final = re.compile("(?<=[A-Za-z0-9.!?])'(?![A-Za-z0-9])")


def _is_count(digits: str, match: re.Match[str]) -> bool:
    """Return whether a whole number counts what the next word names, as in "3 dogs"."""
    if digits != str(int(digits)) or int(digits) > MAX_COUNT_IN_WORDS:
        return False
    end = match.end()
    if joint := _NEXT_COUNT.match(match.string, end):  # "7 to 10 people"
        end = joint.end()
    following = _NEXT_WORD.match(match.string, end)
    if following is None or following[1] in FUNCTION_WORDS:
        return False
    return not _is_label(match.string, match.start())


def _is_label(plain: str, start: int) -> bool:
    """Return whether the word before ``start`` has the number that follows as a part of its name.

    That is a noun such as room, or a name with a capital inside a sentence.
    """
    if re.search(r"#$|[0-9]\s$", plain[max(0, start - 2) : start]):
        return True  # "#7", and a number in a row of them
    before = _PREVIOUS_WORD.search(plain[max(0, start - WINDOW) : start])
    if before is None:
        return False
    word, is_initial = before[2], before[1] is None or before[1][:1] in (*".!?:\n", "")
    is_name = word != word.lower() and not (is_initial and word == word.capitalize())
    return word.lower() in LABELS or is_name


def _follows_name(plain: str, start: int) -> bool:
    """Return whether the word before ``start`` has a capital or is a noun that takes a number."""
    before = _PREVIOUS_WORD.search(plain[max(0, start - WINDOW) : start])
    return before is not None and (before[2][0].isupper() or before[2] in LABELS)


def _counted(form: Form) -> Form:
    return Form(number_words.spell(form.word)[0], form.parts)


def _roman_value(roman: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[c] for c in roman]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _numbers(form: Form, start: int, end: int, text: str) -> list[Number]:
    """Return the number of ``form``, or several if its word is longer than a coding can send."""
    if len(form.word) <= MAX_WORD:
        written = (
            _SPACED_GROUP.sub("", text[start:end]) if form.parts[0][0] == "," else text[start:end]
        )
        written = "".join(_WORD_SPACE.sub("-", written).split())
        return [Number(start, end, form.word, _speak(form.parts, "default"), written, form.parts)]
    cuts = range(start, end, MAX_WORD)
    pieces = [(cut, min(cut + MAX_WORD, end)) for cut in cuts]
    return [
        Number(cut, stop, form.word, _speak(form.parts, "default"), text[cut:stop], form.parts)
        for cut, stop in pieces
        for form in [number_forms.name(re.sub("[^0-9A-Za-z'-]", "", _plain_marks(text[cut:stop])))]
        if form.word
    ]


#: White space that a hyphen replaces in the written form: between words or groups of digits.
_WORD_SPACE: Final = re.compile(
    r"(?<=[A-Za-z]{2})\s(?=[A-Za-z])|(?<=[0-9])\s(?=[a-z]{5}|[A-Z]{3}|[0-9])"
)
_SPACED_GROUP: Final = re.compile(r"\s(?=[0-9]{3}(?![0-9]))")


def _speak(parts: tuple[str, ...], style: Style) -> tuple[str, ...]:
    return tuple(word for part in parts for word in _speak_part(part, style))


def _speak_part(part: str, style: Style) -> tuple[str, ...]:
    """Return the words of one part; see ``forms`` for the marks in front of digits."""
    digits = part.lstrip(",.")
    if part.startswith("."):
        return number_words.spell(digits, "digits")
    if part.startswith(","):
        return number_words.spell(digits, "cardinal" if style == "default" else style)
    if part.isdigit():
        return number_words.spell(part, style)
    if not part[0].isdigit():
        return (part,)
    digits, letters = part.rstrip("dhnrst"), part.lstrip("0123456789")
    return (
        number_words.spell_decade(digits) if letters == "s" else number_words.spell_ordinal(digits)
    )


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


#: Typographic variants, each replaced by one character, so that indices stay the same.
_VARIANTS: Final = {
    **dict.fromkeys("\u2018\u2019\u02bc\u2032\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u2033\uff02", '"'),
    **dict.fromkeys("\u2010\u2011\uff0d\ufe63", "-"),
    **dict.fromkeys("\u2007\u2009\u202f", "\xa0"),
    **dict.fromkeys("\u2215\uff0f", "/"),
    **dict.fromkeys("\xd7\u2715", "x"),
    "\uff0b": "+",
    "\uff05": "%",
    "\uff04": "$",
    "\uff1a": ":",
    "\uff0c": ",",
    "\uff0e": ".",
    "\u066b": ".",
    "\u066c": ",",
    "\uffe1": "£",
    "\uffe5": "¥",
}


def _plain_marks(text: str) -> str:
    """Return ``text`` with digits of all scripts as 0 to 9 and one kind of marks; same length."""
    return text if text.isascii() else "".join(map(_plain_char, text))


def _plain_char(char: str) -> str:
    if char.isascii():
        return char
    # The version is fixed: later ones have more digits, so words would change.
    is_digit = ucd_3_2_0.category(char) == "Nd"
    return str(ucd_3_2_0.decimal(char)) if is_digit else _VARIANTS.get(char, char)
