"""Forms of numbers: for each kind a pattern, the one word, and the parts to spell (spec §B.5).

A *form* is the word of a number and its parts. A part is a run of digits, of which ``words``
knows several spellings, or a plain word. Digits with a comma in front are a quantity and are
spelled as a cardinal number; digits with a point in front are decimals, spelled one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, NamedTuple

from semcodec.words.numbers import words as number_words


class Form(NamedTuple):
    """A number as one word over ``a-zA-Z0-9'-``, and the parts of its spoken form."""

    word: str
    parts: tuple[str, ...]


#: Symbols of units, each with the letters in the word and the spoken words.
UNITS: Final[dict[str, tuple[str, str]]] = {
    "km/h": ("kmh", "kilometers hour"),
    "kmh": ("kmh", "kilometers hour"),
    "kph": ("kph", "kilometers hour"),
    "mph": ("mph", "mph"),
    "m/s": ("mps", "meters second"),
    "rpm": ("rpm", "rpm"),
    "fps": ("fps", "fps"),
    "km²": ("sqkm", "square kilometers"),
    "km2": ("sqkm", "square kilometers"),
    "cm²": ("sqcm", "square centimeters"),
    "cm2": ("sqcm", "square centimeters"),
    "m²": ("sqm", "square meters"),
    "m2": ("sqm", "square meters"),
    "m³": ("cbm", "cubic meters"),
    "m3": ("cbm", "cubic meters"),
    "sq ft": ("sqft", "square feet"),
    "sq m": ("sqm", "square meters"),
    "km": ("km", "kilometers"),
    "cm": ("cm", "centimeters"),
    "mm": ("mm", "millimeters"),
    "m": ("m", "meters"),
    "mi": ("mi", "miles"),
    "ft": ("ft", "feet"),
    "yd": ("yd", "yards"),
    "kg": ("kg", "kilograms"),
    "mg": ("mg", "milligrams"),
    "g": ("g", "grams"),
    "lbs": ("lbs", "pounds"),
    "lb": ("lb", "pounds"),
    "oz": ("oz", "ounces"),
    "ml": ("ml", "milliliters"),
    "mL": ("mL", "milliliters"),
    "cl": ("cl", "centiliters"),
    "L": ("L", "liters"),
    "l": ("l", "liters"),
    "°C": ("C", "degrees celsius"),
    "℃": ("C", "degrees celsius"),
    "° C": ("C", "degrees celsius"),
    "°F": ("F", "degrees fahrenheit"),
    "℉": ("F", "degrees fahrenheit"),
    "° F": ("F", "degrees fahrenheit"),
    "°": ("-degrees", "degrees"),
    "º": ("-degrees", "degrees"),
    "C": ("C", "degrees celsius"),
    "F": ("F", "degrees fahrenheit"),
    "kW": ("kW", "kilowatts"),
    "W": ("W", "watts"),
    "V": ("V", "volts"),
    "GHz": ("GHz", "gigahertz"),
    "MHz": ("MHz", "megahertz"),
    "kHz": ("kHz", "kilohertz"),
    "Hz": ("Hz", "hertz"),
    "TB": ("TB", "terabytes"),
    "GB": ("GB", "gigabytes"),
    "MB": ("MB", "megabytes"),
    "KB": ("KB", "kilobytes"),
    "MP": ("MP", "megapixels"),
    "px": ("px", "pixels"),
    "dpi": ("dpi", "dpi"),
    "hp": ("hp", "horsepower"),
    "hrs": ("hrs", "hours"),
    "min": ("min", "minutes"),
    "%": ("-percent", "percent"),
    "‰": ("-permille", "permille"),
    '"': ("in", "inches"),
    "'": ("ft", "feet"),
}

CURRENCIES: Final = {
    "$": "dollars",
    "€": "euros",
    "£": "pounds",
    "¥": "yen",
    "₹": "rupees",
    "₩": "won",
    "₽": "rubles",
    "₺": "lira",
    "₪": "shekels",
    "₫": "dong",
    "₿": "bitcoin",
    "¢": "cents",
}
#: Letters after digits in one run, such as 5km; those that also end names (4K, 3D) are not here.
_GLUED_UNITS: Final = {
    word: spoken for word, spoken in UNITS.values() if word.isalpha() and len(word) > 1
} | {"in": "inches", "g": "grams", "am": "am", "pm": "pm"}
_SCALES: Final = {
    **{name: name for name in number_words.SCALES},
    "k": "thousand",
    "K": "thousand",
    "m": "million",
    "M": "million",
    "mn": "million",
    "bn": "billion",
    "B": "billion",
}
#: Fractions of one character.
VULGAR: Final = {
    entry[0]: (int(entry[1]), int(entry[2:]))
    for entry in "¼14 ½12 ¾34 ⅐17 ⅑19 ⅒110 ⅓13 ⅔23 ⅕15 ⅖25 ⅗35 ⅘45 ⅙16 ⅚56 ⅛18 ⅜38 ⅝58 ⅞78".split()
}
#: Denominators of inches; other large ones are rather dates (5/12) or names (24/7, 9/11).
_RULER: Final = (16, 32, 64, 100)
MAX_DAY: Final = 31  #: 1/31 may be a date, 1/250 is a fraction
_POWERS: Final = {"²": "squared", "³": "cubed"}
_NAME_WINDOW: Final = 24  #: characters before a number in which a name may stand

# Patterns. The input has ASCII digits, and one kind of each mark (see numbers).
_AMOUNT: Final = (
    r"(?:[0-9]{1,3}(?:\.[0-9]{3}){2,20}(?![0-9])"
    r"|[0-9]{1,3}(?:[,'\xa0][0-9]{3}){1,20}(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){0,6} 000(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){2,20}(?![0-9])(?:\.[0-9]{1,40})?"
    r"|[0-9]{1,60}(?:\.[0-9]{1,40})?|\.[0-9]{1,40})"
)
_END: Final = r"(?![0-9A-Za-z]|-[0-9A-Za-z])"  #: no letter, digit or hyphenated word follows
_WORD_END: Final = r"(?![0-9A-Za-z])"


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_SIGNS: Final = "".join(CURRENCIES)
_SCALE: Final = rf"(?:\s?(?P<scale>{_alternatives(_SCALES)}){_WORD_END})?"
#: After the hyphen of 5-million-dollars, the word of $5M, which is a run of letters as a whole.
_OWN_SCALE: Final = (
    rf"(?:{_alternatives(number_words.SCALES)})-(?:"
    + _alternatives(
        {*CURRENCIES.values(), *(name.removesuffix("s") for name in CURRENCIES.values())}
    )
    + f"){_WORD_END}"
)
_CENTS: Final = r"[0-9]{1,9},[0-9]{2}(?![0-9,])"  #: 3,50 after or before a sign
_MINUS: Final = "(?P<minus>[-\N{MINUS SIGN}\N{EN DASH}]?)"
_BARE_UNITS: Final = _alternatives(name for name in UNITS if name not in "'\"")


def amount(text: str) -> Form:
    """Return the form of digits that may have marks of thousands and decimals."""
    text = text.replace(".", ",") if text.count(".") > 1 else text  # 1.000.000
    whole, point, decimals = text.partition(".")
    digits = re.sub(r"[^0-9]", "", whole) or "0"
    part = f",{digits}" if digits != whole and whole else digits  # with marks of thousands
    if not point:
        return Form(digits, (part,))
    return Form(f"{digits}-point-{decimals}", (part, "point", f".{decimals}"))


def fraction(top: int, bottom: int) -> Form:
    """Return the form of a fraction: half, 1-third, 3-quarters, 7-over-16."""
    if (top, bottom) == (1, 2):
        return Form("half", ("half",))
    if 2 <= bottom <= 10 and 0 < top < 1000:
        name = number_words.denominator(bottom, top)
        return Form(f"{top}-{name}", (str(top), name))
    return Form(f"{top}-over-{bottom}", (str(top), "over", str(bottom)))


def _currency(match: re.Match[str]) -> Form:
    sign, text = match["sign"], match["amount"]
    text = text.replace(",", ".") if re.fullmatch(_CENTS, text) else text
    currency, whole = CURRENCIES[sign], amount(text)
    currency = currency.removesuffix("s") if whole.word == "1" else currency
    if match["scale"]:
        scale = _SCALES[match["scale"]]
        return Form(f"{whole.word}-{scale}-{currency}", (*whole.parts, scale, currency))
    if sign != "¢" and re.search(r"\.[0-9]{2}$", text):
        return _with_cents(text, currency)
    return Form(f"{whole.word}-{currency}", (*whole.parts, currency))


def _with_cents(text: str, currency: str) -> Form:
    """Return the form of $3.50: 3-dollars-50. If the cents are zero, they are left out."""
    whole, cents = amount(text[:-3] or "0"), text[-2:]
    if whole.word == "0" and currency in ("dollars", "euros"):
        return Form(f"{int(cents)}-cents", (str(int(cents)), "cents"))
    if cents == "00":
        return Form(f"{whole.word}-{currency}", (*whole.parts, currency))
    return Form(f"{whole.word}-{currency}-{cents}", (*whole.parts, currency, cents))


def _hyphenated(match: re.Match[str]) -> Form:
    """Return the groups of digits of a telephone number or a date, with hyphens."""
    groups = re.findall("[0-9]+", match[0])
    return Form("-".join(groups), tuple(groups))


def _time(match: re.Match[str]) -> Form:
    found = match.groupdict()
    groups = [found[name] for name in ("hour", "minute", "second") if found.get(name)]
    half_day = f"{found['half'].lower()}m" if found.get("half") else ""
    word = "h".join(groups[:2]) + "".join(f"m{group}" for group in groups[2:])
    return Form(word + half_day, (*groups, *filter(None, [half_day])))


def _feet_and_inches(match: re.Match[str]) -> Form:
    feet, inches = match["feet"], match["inches"]
    return Form(f"{feet}'{inches}", (feet, "feet", inches, "inches"))


def _size(match: re.Match[str]) -> Form:
    sides = [amount(side) for side in re.split(r"\s?[xX]\s?", match["sides"])]
    letters, spoken = _unit(match["unit"])
    parts = [part for side in sides for part in ("by", *side.parts)][1:]
    return Form("x".join(side.word for side in sides) + letters, (*parts, *spoken))


def _mixed_fraction(match: re.Match[str]) -> Form | None:
    top, bottom = _top_and_bottom(match)
    if not 0 < top < bottom:
        return None
    part = fraction(top, bottom)
    return Form(f"{match['whole']}-and-{part.word}", (match["whole"], "and", *part.parts))


def _fraction(match: re.Match[str]) -> Form:
    top, bottom = _top_and_bottom(match)
    is_exact = "/" not in match[0]  # a fraction slash, or a single character
    is_ruler = bottom in _RULER or (top == 1 and bottom > MAX_DAY)
    if is_exact or (top < bottom and (2 <= bottom <= 10 or is_ruler)):
        return fraction(top, bottom)
    if min(len(match["top"]), len(match["bottom"])) > 2:  # rooms 404/405 are not room 404405
        return Form(f"{match['top']}-{match['bottom']}", (match["top"], "slash", match["bottom"]))
    return _hyphenated(match)


def _top_and_bottom(match: re.Match[str]) -> tuple[int, int]:
    if vulgar := match.groupdict().get("vulgar"):
        return VULGAR[vulgar]
    return int(match["top"]), int(match["bottom"])


def _range(match: re.Match[str]) -> Form:
    first, last = amount(match["first"]), amount(match["last"])
    sign = CURRENCIES.get(match["sign"] or "", "")
    letters, spoken = _unit(match["unit"])
    word = f"{first.word}-{last.word}{letters}" + (f"-{sign}" if sign else "")
    joint = () if _is_name(match) else ("to",)
    return Form(word, (*first.parts, *joint, *last.parts, *spoken, *filter(None, [sign])))


def _is_name(match: re.Match[str]) -> bool:
    """Return whether what looks like a range is a telephone number (555-0142) or a 747-400."""
    before = match.string[max(0, match.start() - _NAME_WINDOW) : match.start()]
    has_name = re.search("[A-Z][A-Za-z]* $", before) is not None or match["last"] < match["first"]
    return len(match["first"]) == 3 and (len(match["last"]) == 4 or has_name)


def _rating(match: re.Match[str]) -> Form:
    first, last = amount(match["first"]), amount(match["last"])
    return Form(f"{first.word}-of-{last.word}", (*first.parts, "of", *last.parts))


def _ordinal(match: re.Match[str]) -> Form:
    word = match["digits"] + match["ending"]
    return Form(word, (word,))


def _power(match: re.Match[str]) -> Form:
    name = _POWERS[match["power"]]
    return Form(f"{match['base']}-{name}", (match["base"], name))


def aperture(digits: str) -> Form:
    """Return the form of f/2.8, which is f2-point-8."""
    form = amount(digits)
    return Form(f"f{form.word}", ("f", *form.parts))


def _spaced(match: re.Match[str]) -> Form:
    return amount(re.sub("[ .]", ",", match["spaced"]))


def _measure(match: re.Match[str]) -> Form:
    text = match["amount"]
    form = amount(text.replace(",", ".") if re.fullmatch("[0-9]+,[0-9]{1,2}", text) else text)
    letters, spoken = _unit(match["unit"])
    return _signed(match, Form(form.word + letters, (*form.parts, *spoken)))


def _scaled(match: re.Match[str]) -> Form:
    form = amount(match["amount"])
    return Form(f"{form.word}-{match['scale']}", (*form.parts, match["scale"]))


def _plain(match: re.Match[str]) -> Form:
    return _signed(match, amount(match["amount"]))


def _signed(match: re.Match[str], form: Form) -> Form:
    return Form(f"minus-{form.word}", ("minus", *form.parts)) if match["minus"] else form


def _unit(symbol: str | None) -> tuple[str, tuple[str, ...]]:
    letters, spoken = UNITS[symbol] if symbol else ("", "")
    return letters, tuple(spoken.split())


def name(run: str) -> Form:
    """Return the form of a run of letters and digits, which stays as it is: F-16, 3rd-floor."""
    run = re.sub("(?<=0)'s$", "s", run).removesuffix("'s")  # 1980's; the 747's wing
    run = re.sub(r"(?<=[0-9])\.(?=[0-9])", "-point-", run)
    pieces = [_pieces(segment) for segment in re.split("[-']", run)]
    return Form(run, tuple(piece for segment in pieces for piece in segment))


def _pieces(segment: str) -> list[str]:
    """Return the parts of a segment between hyphens: digits, ordinals, decades, units, letters."""
    if re.fullmatch("[0-9]+(?:st|nd|rd|th)|[0-9]*[0-9]0s", segment):
        return [segment]
    pieces = re.findall("[0-9]+|[A-Za-z]+", segment)
    words: list[str] = []
    for index, piece in enumerate(pieces):
        is_after_digits = index > 0 and index == len(pieces) - 1
        is_between_digits = 0 < index < len(pieces) - 1
        if piece.isdigit():
            words.append(piece)
        elif is_after_digits and piece in _GLUED_UNITS:
            words += _GLUED_UNITS[piece].split()
        elif is_between_digits and piece in ("x", "X"):
            words.append("by")
        elif not (is_between_digits and piece == "h"):  # 10h30
            words.append(piece.lower())
    return words


FormOf = Callable[[re.Match[str]], Form | None]

_SIGN: Final = f"(?P<sign>[{_SIGNS}])"
_SLASHED: Final = r"(?P<top>[0-9]{1,4})[/\u2044](?P<bottom>[0-9]{1,4})"
_ONE_CHAR: Final = f"(?P<vulgar>[{''.join(VULGAR)}])"

_PATTERNS: Final[list[tuple[str, FormOf]]] = [
    (rf"{_SIGN}\s?(?P<amount>{_CENTS}|{_AMOUNT}){_SCALE}", _currency),
    (rf"(?P<amount>{_CENTS}|{_AMOUNT}){_SCALE}\s?{_SIGN}(?![0-9.])", _currency),
    (rf"\+[0-9]{{1,4}}(?:[ .-]?\(?[0-9]{{2,8}}\)?){{1,6}}{_END}", _hyphenated),
    (rf"\([0-9]{{2,5}}\)[ .-]?[0-9]{{3,4}}[ .-]?[0-9]{{2,6}}{_END}", _hyphenated),
    (rf"(?:1[ .-])?[0-9]{{3}}([ .-])[0-9]{{3}}\1[0-9]{{4}}{_END}", _hyphenated),
    (
        rf"(?![0-9]{{1,3}}(?:\.[0-9]{{3}})+(?!\.?[0-9A-Za-z]))[0-9]{{1,4}}([-/.])[0-9]{{1,4}}(?:\1[0-9]{{1,4}}){{1,6}}{_END}",
        _hyphenated,
    ),
    (
        r"(?P<hour>[01]?[0-9]|2[0-4])[:.](?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
        rf"\s?(?P<half>[AaPp])(?:[Mm]{_WORD_END}|\.\s?[Mm]\.?)",
        _time,
    ),
    (
        r"(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
        rf"(?!:?[0-9]){_WORD_END}",
        _time,
    ),
    (
        r"(?P<hour>1?[0-9]|2[0-4])"
        rf"\s?(?P<half>[AaPp])(?:[Mm]{_WORD_END}|\.\s?[Mm]\.?)",
        _time,
    ),
    (
        r"(?P<feet>[0-9]{1,2})\s?f(?:ee|oo)?t\s?(?P<inches>1?[0-9])"
        rf"(?:\s?in(?:ch(?:es)?)?{_WORD_END}|(?!\s[a-z]){_END})",
        _feet_and_inches,
    ),
    (rf"(?P<feet>[0-9]{{1,2}})'\s?(?P<inches>1?[0-9])(?:\"|'')?{_END}", _feet_and_inches),
    (
        rf"(?P<sides>{_AMOUNT}(?:\s?[xX]\s?{_AMOUNT}){{1,3}})"
        rf"(?:\s?(?P<unit>{_BARE_UNITS}))?{_END}",
        _size,
    ),
    (rf"(?P<whole>[0-9]{{1,6}})(?:[ -]?{_ONE_CHAR}|[ -]{_SLASHED}{_END})", _mixed_fraction),
    (rf"{_SLASHED}{_END}", _fraction),
    (_ONE_CHAR, _fraction),
    (rf"(?P<first>{_AMOUNT})/(?P<last>[0-9]{{1,3}}){_END}", _rating),
    (r"(?P<digits>[0-9]{1,40})\s(?P<ending>st|nd|rd|th)(?![0-9A-Za-z])", _ordinal),
    (r"(?P<base>[0-9]{1,40})(?P<power>[²³])", _power),
    (
        rf"(?P<spaced>[1-9][0-9]{{0,2}}(?: [0-9]{{3}}(?! ?[0-9]){_END}|\.000(?= [a-z]{{2}})))",
        _spaced,
    ),
    (
        rf"(?P<first>{_AMOUNT})(?:-|\s?[\u2012-\u2014]\s?|:)(?P<last>{_AMOUNT})"
        rf"(?:\s?(?:(?P<unit>{_BARE_UNITS}){_WORD_END}|(?P<sign>[{_SIGNS}])))?{_END}",
        _range,
    ),
    (
        rf"{_MINUS}(?P<amount>[0-9]{{1,9}},[0-9]{{1,2}}(?![0-9,])|{_AMOUNT})"
        rf"[ \xa0]?(?P<unit>{_BARE_UNITS}){_END}",
        _measure,
    ),
    (rf"{_MINUS}(?P<amount>{_AMOUNT})(?P<unit>['\"]){_END}", _measure),
    (
        rf"(?P<amount>{_AMOUNT})(?: |-(?!{_OWN_SCALE}))"
        rf"(?P<scale>{'|'.join(number_words.SCALES)})s?\b",
        _scaled,
    ),
    (rf"{_MINUS}(?P<amount>{_AMOUNT}){_END}(?!'[A-Za-z])", _plain),
]


@cache
def kinds() -> list[tuple[re.Pattern[str], FormOf]]:
    """Return the patterns of numbers that start with a digit or a sign, the most specific first.

    The patterns are compiled when a text has a number, because that takes 10 ms.
    """
    return [(re.compile(pattern, re.ASCII), form) for pattern, form in _PATTERNS]
