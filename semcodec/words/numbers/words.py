"""English number words: digits to words in several spellings, and words back to digits (spec §B.5).

The obvious spelling is not always the one that arrives: ``eighty`` has the skeleton of ``eight``,
and ``ten`` is restored as ``tan``. Hence ``spell`` has several styles, and ``value_of`` reads all
of them, so that an encoder can compare what was sent with what arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final, Literal

Style = Literal["default", "cardinal", "digits", "pairs"]
STYLES: Final[tuple[Style, ...]] = ("default", "cardinal", "pairs", "digits")

UNITS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
""".split()
TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES: Final = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}  #: powers of ten
MIN_DIGIT_WORDS: Final = 3  #: in "four zero four"; two could be two numbers
MAX_CENTURY: Final = 20  #: the first half of a year in words: twenty twenty four
MAX_CARDINAL_DIGITS: Final = 15  #: longer numbers are spelled digit by digit

_ORDINAL_UNITS: Final = """
zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth
""".split()
_ORDINAL_TENS: Final = [word[:-1] + "ieth" for word in TENS]
DECADES: Final = [word[:-1] + "ies" for word in TENS]

_VALUES: Final = {word: value for value, word in enumerate(UNITS)} | {
    word: 10 * value for value, word in enumerate(TENS, 2)
}
ORDINALS: Final = {word: value for value, word in enumerate(_ORDINAL_UNITS)} | {
    word: 10 * value for value, word in enumerate(_ORDINAL_TENS, 2)
}
_ORDINAL_SCALES: Final = {"hundredth": 2} | {f"{word}th": SCALES[word] for word in SCALES}

TEENS: Final = frozenset(UNITS[10:])
#: Words between two numbers: two by four, three to five, one and half.
JOINTS: Final = frozenset("by to and of over point decimal slash through".split())
#: The words of one number, without those that end or join numbers.
CARDINALS: Final = frozenset([*_VALUES, "hundred", *SCALES])


def spell(digits: str, style: Style = "default") -> tuple[str, ...]:
    """Return a number of the digits 0 to 9 in words.

    >>> spell("404"), spell("45"), spell("300")
    (('four', 'zero', 'four'), ('forty', 'five'), ('three', 'hundred'))
    >>> spell("1984", "pairs"), spell("404", "cardinal")
    (('nineteen', 'eighty', 'four'), ('four', 'hundred', 'four'))

    Args:
        digits: at least one digit; zeros in front are spelled.
        style: ``"default"`` is a cardinal number up to 99 and for numbers that end in two zeros,
            and digit by digit for all others and after a leading zero. ``"pairs"`` groups digits
            by two from the right, like years.
    """
    if style == "default":
        style = "cardinal" if len(digits) < 3 or digits.endswith("00") else "digits"
    if style == "pairs" and not digits.startswith("0"):
        return _in_pairs(digits)
    is_padded = len(digits) > 1 and digits[0] == "0"
    if style == "digits" or is_padded or len(digits) > MAX_CARDINAL_DIGITS:
        return tuple(UNITS[int(digit)] for digit in digits)
    return tuple(_cardinal(int(digits)))


def spell_ordinal(digits: str) -> tuple[str, ...]:
    """Return an ordinal number in words: ``21`` is twenty first."""
    *first, last = _cardinal(int(digits)) if len(digits) <= MAX_CARDINAL_DIGITS else spell(digits)
    if last in _VALUES:
        value = _VALUES[last]
        return *first, _ORDINAL_UNITS[value] if value < 20 else _ORDINAL_TENS[value // 10 - 2]
    return *first, f"{last}th"


def spell_decade(digits: str) -> tuple[str, ...]:
    """Return a decade in words: ``1980`` is nineteen eighties, and ``1900`` nineteen hundreds."""
    first, tens = digits[:-2], int(digits[-2:])
    century = _in_pairs(first) if first else ()
    if tens == 0:
        return *century, "hundreds"
    if tens % 10 or tens < 20:  # 1910s, and what is not a decade
        return *century, *_cardinal(tens)[:-1], _cardinal(tens)[-1] + "s"
    return *century, DECADES[tens // 10 - 2]


def is_number_word(word: str) -> bool:
    """Return whether ``word`` is a number, an ordinal number, a decade, or joins two numbers."""
    return word in CARDINALS or word in ORDINALS or word in DECADES or word in JOINTS


def value_of(words: Sequence[str]) -> str | None:
    """Return the number that ``words`` spell, in digits, or None if they are not one number.

    Numbers that follow each other are joined, as in years and telephone numbers. Leading zeros
    stay: ``zero seven`` is another room than ``seven``.

    >>> value_of(["four", "zero", "four"]), value_of(["nineteen", "eighty", "four"])
    ('404', '1984')
    >>> value_of(["twenty", "first"]), value_of(["three", "point", "five"]), value_of(["dogs"])
    ('21st', '3.5', None)
    """
    words = list(words)
    if words[:1] == ["number"]:
        words = words[1:]
    if words[:1] == ["minus"]:
        value = value_of(words[1:])
        return None if value is None else f"-{value}"
    for mark in ("point", "decimal"):
        if mark in words:
            place = words.index(mark)
            whole, part = _digits_of(words[:place]), _digits_of(words[place + 1 :])
            return f"{whole}.{part}" if whole and part else None
    if words and words[-1] in (*ORDINALS, *_ORDINAL_SCALES):
        value = _digits_of([*words[:-1], _cardinal_of(words[-1])])
        return None if value is None else value + ordinal_ending(value)
    if words and words[-1] in DECADES:
        value = _digits_of([*words[:-1], TENS[DECADES.index(words[-1])]])
        return None if value is None else f"{value}s"
    return _digits_of(words)


def ordinal_ending(digits: str) -> str:
    """Return the letters after the digits of an ordinal number: st, nd, rd or th."""
    if digits[-2:] in ("11", "12", "13"):
        return "th"
    return {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")


def denominator(value: int, count: int) -> str:
    """Return the word for the parts of a fraction: ``thirds``, and ``third`` for one of them."""
    word = {2: "half", 4: "quarter"}.get(value) or spell_ordinal(str(value))[-1]
    if count == 1:
        return word
    return "halves" if value == 2 else f"{word}s"


def _in_pairs(digits: str) -> tuple[str, ...]:
    """Return the words of the digits two by two; the first is alone if their number is odd."""
    odd = len(digits) % 2
    pairs = [digits[:odd], *(digits[at : at + 2] for at in range(odd, len(digits), 2))]
    return tuple(
        word
        for pair in pairs
        if pair
        for word in spell(pair, "digits" if pair[0] == "0" else "cardinal")
    )


def _cardinal(value: int) -> list[str]:
    if value < 20:
        return [UNITS[value]]
    if value < 100:
        tens, unit = divmod(value, 10)
        return [TENS[tens - 2], *([UNITS[unit]] if unit else [])]
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        return [UNITS[hundreds], "hundred", *(_cardinal(rest) if rest else [])]
    name, power = [item for item in SCALES.items() if 10 ** item[1] <= value][-1]
    count, rest = divmod(value, 10**power)
    return [*_cardinal(count), name, *(_cardinal(rest) if rest else [])]


def _cardinal_of(ordinal: str) -> str:
    """Return the cardinal number word of an ordinal one."""
    if ordinal in _ORDINAL_SCALES:
        return ordinal.removesuffix("th")
    value = ORDINALS[ordinal]
    return UNITS[value] if value < 20 else TENS[value // 10 - 2]


def leading_number(words: Sequence[str]) -> tuple[str, int]:
    """Return the digits of the number at the start of ``words``, and how many words it has.

    Words that follow each other are one number if together they are one cardinal number, at least
    three digits (four zero four), two that no other reading explains (one zero, one one), a year
    (nineteen eighty four), or have decimals.
    """
    ones = len(list(takewhile(_is_digit, words)))
    is_pair = ones == 2 and ("zero" in words[:2] or words[0] == words[1])  # one zero, one one
    if ones >= MIN_DIGIT_WORDS or is_pair:
        return "".join(str(_VALUES[word]) for word in words[:ones]), ones
    value, count = _longest_cardinal(words)
    digits = str(value) if count else ""
    if len(digits) == 2 and value <= MAX_CENTURY:
        more, rest = _below_hundred(words[count:])
        if rest > 9:
            return f"{digits}{rest}", count + more
    decimals = len(list(takewhile(_is_digit, words[count + 1 :])))
    if count and decimals and words[count] == "point":
        tail = "".join(str(_VALUES[word]) for word in words[count + 1 : count + 1 + decimals])
        return f"{digits}.{tail}", count + 1 + decimals
    return digits, count


def are_one_number(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether two numbers in words are read as one if nothing is between them.

    >>> are_one_number(["one", "zero"], ["one", "one"]), are_one_number(["ten"], ["three"])
    (True, False)
    """
    words, position = [*first, *second], 0
    while position < len(first):
        position += max(1, leading_number(words[position:])[1])
    return position > len(first)


def _is_digit(word: str) -> bool:
    return _VALUES.get(word, 10) < 10


def _digits_of(words: Sequence[str]) -> str | None:
    """Return the digits of the numbers in ``words``, joined; None if there are other words."""
    digits, index = "", 0
    while index < len(words):
        value, count = _longest_cardinal(words[index:])
        if not count:
            return None
        digits += str(value)
        index += count
    return digits or None


def _longest_cardinal(words: Sequence[str]) -> tuple[int, int]:
    """Return the value of the longest cardinal number at the start, and its number of words."""
    total = group = count = 0
    power = MAX_CARDINAL_DIGITS  #: scales must get smaller
    end = 0
    while count < len(words):
        taken, value = _below_thousand(words[count:])
        if not taken or (count and value == 0):
            break
        group, count = value, count + taken
        scale = SCALES.get(words[count], power) if count < len(words) else power
        if scale >= power or not group:
            total += group
            return total, count
        total, count, power, end = total + group * 10**scale, count + 1, scale, count + 1
    return total, end


def _below_thousand(words: Sequence[str]) -> tuple[int, int]:
    """Return the number of words of a number below 1000 at the start, and its value."""
    taken, value = _below_hundred(words)
    if taken and words[taken : taken + 1] == ["hundred"] and 0 < value < 100:
        more, rest = _below_hundred(words[taken + 1 :])
        return taken + 1 + (more if rest else 0), 100 * value + rest  # not "hundred zero"
    return taken, value


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    """Return the same of a number below 100."""
    if not words or words[0] not in _VALUES:
        return 0, 0
    value = _VALUES[words[0]]
    if value >= 20 and len(words) > 1 and 1 <= _VALUES.get(words[1], 0) <= 9:
        return 2, value + _VALUES[words[1]]
    return 1, value
