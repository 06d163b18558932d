"""What people and programs put around a text form: each function wraps a form, and none loses it.

Used by bench/guessing.py, by the tests of ``framing="guess"`` and by the fuzz target ``guess``.
"""

from __future__ import annotations

import html
import json
import quopri
import textwrap
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus

Wrapper = Callable[[str], str | bytes]


def _around(before: str, after: str) -> Wrapper:
    return lambda form: f"{before}{form}{after}"


def _encoded(encoding: str, mark: bytes = b"") -> Wrapper:
    return lambda form: mark + form.encode(encoding)


def _sentence(before: str, after: str, encoding: str = "utf-8") -> Wrapper:
    return lambda form: f"{before}{form}{after}".encode(encoding)


def _in_scheme(change: Callable[[str], str]) -> Wrapper:
    return lambda form: change(form[:5]) + form[5:]


def _at_middle(inserted: str) -> Wrapper:
    """Insert a text after the prefix, at the middle of the form, where neither side is a blank."""

    def wrap(form: str) -> str:
        places = range(max(len(form) // 2, 6), len(form))
        middle = next((at for at in places if " " not in form[at - 1 : at + 1]), len(form))
        return form[:middle] + inserted + form[middle:]

    return wrap


def _every(count: int, inserted: str) -> Wrapper:
    """Insert a text after each ``count`` characters, as programs do that let long words break."""
    return lambda form: inserted.join(form[at : at + count] for at in range(0, len(form), count))


def _fold(width: int, before_line: str = "", line_end: str = "\n") -> Callable[[str], str]:
    def wrap(form: str) -> str:
        lines = [form[at : at + width] for at in range(0, len(form), width)]
        return line_end.join(before_line + line for line in lines)

    return wrap


def _lower_base45(form: str) -> str:
    """Write a ``qr`` form in lower case; a ``url`` form would be another one, so only its start."""
    return form.lower() if form.startswith("SEMQ:") else form[:5].lower() + form[5:]


def _full_width(form: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in form)


def _paragraph(form: str) -> str:
    """Wrap a paragraph with the form, unless two spaces of it could become one line end."""
    text = f"Dear all, here it is: {form} " * 3
    return text if "  " in form else textwrap.fill(text, 60)


def _mail(form: str) -> bytes:
    body = quopri.encodestring(f'<p><a href="{form}">{html.escape(form)}</a></p>'.encode())
    return b"Content-Type: text/html\r\nSubject: a picture\r\n\r\n" + body.replace(b"\n", b"\r\n")


def _json(form: str) -> str:
    return json.dumps({"text": form, "by": "Zoë"}).replace("/", "\\/")


#: Wrappers of any form, by name.
WRAPPERS: Final[dict[str, Wrapper]] = {
    "nothing": _around("", ""),
    "a blank before": _around(" ", ""),
    "blanks around": _around(" \t ", "  "),
    "a line end": _around("", "\n"),
    "CR LF": _around("", "\r\n"),
    "line ends around": _around("\n\n", "\n\n"),
    "non-breaking spaces": _around("\u00a0", "\u00a0"),
    "no-width spaces": _around("\u200b", "\u200b"),
    "a word joiner inside": _at_middle("\u2060"),
    "a soft hyphen inside": _at_middle("\u00ad"),
    "no-width spaces inside": _every(5, "\u200b"),
    "right-to-left marks": _around("\u202b\u200f", "\u200f\u202c"),
    "isolates": _around("\u2066", "\u2069"),
    "double quotes": _around('"', '"'),
    "single quotes": _around("'", "'"),
    "curly quotes": _around("“", "”"),
    "German quotes": _around("„", "“"),
    "guillemets": _around("«\u202f", "\u202f»"),
    "Japanese brackets": _around("「", "」"),
    "backticks": _around("`", "`"),
    "double backticks": _around("`` ", " ``"),
    "a code fence": _around("```text\n", "\n```\n"),
    "round brackets": _around("(", ")"),
    "square brackets": _around("[", "]"),
    "curly brackets": _around("{", "}"),
    "angle brackets": _around("<", ">"),
    "emphasis by underscores": _around("_", "_"),
    "strong by underscores": _around("__", "__"),
    "emphasis by asterisks": _around("*", "*"),
    "strong by asterisks": _around("**", "**"),
    "struck out": _around("~~", "~~"),
    "spoiler": _around("||", "||"),
    "a period": _around("", "."),
    "a comma": _around("", ","),
    "three periods before": _around("...", ""),
    "question and exclamation marks": _around("", "?!"),
    "a blank before the colon": lambda form: form.replace(":", "\u00a0:", 1),
    "non-breaking hyphens": lambda form: form.replace("-", "\u2011"),
    "a colon": _around("", ":"),
    "a semicolon": _around("", ";"),
    "a hyphen": _around("", "-"),
    "an en dash": _around("", "–"),
    "an em dash with blanks": _around("— ", " —"),
    "a slash": _around("", "/"),
    "an ideographic full stop": _around("", "。"),
    "a full-width exclamation mark": _around("", "！"),
    "a possessive": _around("", "'s"),
    "slashes after the scheme": lambda form: f"{form[:5]}//{form[5:]}",
    "slashes around": lambda form: f"{form[:5]}//{form[5:]}/",
    "scheme in lower case": _in_scheme(str.lower),
    "scheme in upper case": _in_scheme(str.upper),
    "scheme capitalized": _in_scheme(str.capitalize),
    "scheme in mixed case": _in_scheme(lambda scheme: scheme[:2].upper() + scheme[2:].lower()),
    "base45 in lower case": _lower_base45,
    "a label": _around("Code: ", ""),
    "a Markdown link": lambda form: f"see [my picture]({form}) there",
    "a Markdown link of itself": lambda form: f"[{form}]({form})",
    "a Markdown autolink": _around("* <", ">\n* another line"),
    "a Markdown escape": lambda form: form.replace("_", "\\_").replace("-", "\\-"),
    "a Markdown quotation": _around("> ", "\n> -- a friend"),
    "a Slack link": lambda form: f"<{html.escape(form)}|picture>",
    "an HTML link": lambda form: f'<p>See <a href="{html.escape(form)}">this</a>.</p>',
    "HTML text": lambda form: f"<b>{html.escape(form)}</b><br>",
    "an HTML entity for the colon": lambda form: html.escape(form).replace(":", "&#58;", 1),
    "an HTML name for the colon": lambda form: form.replace(":", "&colon;", 1),
    "HTML line breaks inside": _every(8, "<wbr>"),
    "HTML soft hyphens inside": _every(8, "&shy;"),
    "HTML non-breaking spaces": _around("&nbsp;", "&nbsp;"),
    "percent-encoded": lambda form: quote(form, safe=""),
    "percent-encoded twice": lambda form: quote(quote(form, safe=""), safe=""),
    "percent-encoded with no-width spaces": lambda form: quote(_every(5, "\u200b")(form), safe=""),
    "in a form of a web page": lambda form: f"text={quote_plus(form)}&send=1",
    "in a form that is in another form": lambda form: quote_plus(quote_plus(form)),
    "percent-encoded where a URL has to be": lambda form: quote(form, safe=":/?#[]@!$&'()*+,;="),
    "in the query of a link": lambda form: f"https://x.example/?u={quote(form, safe='')}&lang=de",
    "JSON": _json,
    "JSON with an escaped colon": lambda form: json.dumps(form).replace(":", "\\u003a", 1),
    "JSON Lines": lambda form: json.dumps(form) + "\n" + json.dumps("cat") + "\n",
    "a Python literal": lambda form: f"data = {form.encode()!r}\n",
    "a shell command": lambda form: f"$ semcodec unpack '{form}'\nred boat\n",
    "CSV": lambda form: f'id,code\n1,"{form}"\n2,\n',
    "XML": lambda form: f'<?xml version="1.0"?><a><b c="x">{html.escape(form)}</b></a>',
    "YAML": lambda form: f"picture: '{form}'\nby: me\n",
    "wrapped lines in JSON": lambda form: json.dumps({"text": f"a\n{_fold(14)(form)}\n\nb"}),
    "a C comment": _around("/* ", " */"),
    "terminal colors": _around("\x1b[32m", "\x1b[0m"),
    "mail in quoted-printable": _mail,
    "quoted-printable": lambda form: quopri.encodestring((form + "=\u00e9").encode("utf-8")),
    "lines of 16": _fold(16),
    "lines of 12 and CR LF": _fold(12, line_end="\r\n"),
    "lines of 14 and CR": _fold(14, line_end="\r"),
    "quoted lines of 20": _fold(20, before_line="> "),
    "indented lines of 20": _fold(20, before_line="    "),
    "lines of a comment": _fold(20, before_line="// "),
    "lines of a comment with asterisks": lambda form: f"/*\n{_fold(20, ' * ')(form)}\n */",
    "lines in a box": _fold(20, "│ ", " │\n"),
    "strings added": _at_middle('" +\n    "'),
    "a line continued": _at_middle("\\\n"),
    "strings continued": _at_middle('"\n    "'),
    "a line break and a next line": lambda form: f"{form[:8]}\n{form[8:]}\nand a next line\n",
    "a next line of one word": _around("", "\nGreetings\n"),
    "UTF-8 with a byte order mark": _encoded("utf-8-sig"),
    "UTF-16 with a byte order mark": _encoded("utf-16"),
    "UTF-16 LE": _encoded("utf-16-le"),
    "UTF-16 BE": _encoded("utf-16-be"),
    "UTF-16 BE with a byte order mark": _encoded("utf-16-be", b"\xfe\xff"),
    "UTF-32 with a byte order mark": _encoded("utf-32"),
    "UTF-32 BE": _encoded("utf-32-be"),
    "English": _sentence("Look at ", " - it is our cat, isn't it?"),
    "English at the end": _sentence("Did you see our cat? ", ""),
    "capital letters": _sentence("LOOK AT ", " NOW: IT IS OUR CAT."),
    "German": _sentence("Schau dir mal ", " an, das ist unser Kätzchen!"),
    "German in Latin-1": _sentence("Schön: ", " für dich und Jürgen", "latin-1"),
    "French": _sentence("Voilà\u202f: «\u00a0", "\u00a0» — c'est à Noël.", "utf-8"),
    "French in Windows-1252": _sentence("l’été : ", " « déjà »", "cp1252"),
    "Russian": _sentence("Смотри, ", " — это наш кот."),
    "Russian in KOI8-R": _sentence("Смотри, ", " - это наш кот.", "koi8-r"),
    "Greek": _sentence("Δες το ", "· είναι η γάτα μας;"),
    "Hebrew": _sentence("תראה את ", " זה החתול שלנו."),
    "Arabic": _sentence("انظر إلى ", "، هذه قطتنا."),
    "Hindi": _sentence("देखो ", " यह हमारी बिल्ली है।"),
    "Chinese": _sentence("看这个：", "，这是我们的猫。"),
    "Chinese in GB 18030": _sentence("看这个：", "，这是我们的猫。", "gb18030"),
    "Chinese in UTF-16": _sentence("看这个：", "，这是我们的猫。", "utf-16"),
    "Chinese in UTF-16 LE": _sentence("看这个：", "，这是我们的猫。", "utf-16-le"),
    "Chinese in UTF-16 BE": _sentence("看这个：", "，这是我们的猫。", "utf-16-be"),
    "Japanese": _sentence("これを見て", "です。"),
    "Japanese in Shift JIS": _sentence("これを見て", "です。", "shift_jis"),
    "Korean": _sentence("이것 좀 봐 ", " 우리 고양이야"),
    "Thai": _sentence("ดูนี่ ", " แมวของเรา"),
    "emoji": _sentence("😺", "😺👍"),
    "a wrapped paragraph": _paragraph,
}

#: Wrappers that are possible only without the characters of base45 that are not letters or digits.
URL_WRAPPERS: Final[dict[str, Wrapper]] = {
    "full-width characters": _full_width,
    "a blank after the scheme": lambda form: f"{form[:5]} {form[5:]}",
    "a blank inside": _at_middle(" "),
    "an em dash": _around("", "—our cat"),
    "a compound": _around("the ", "-picture"),
    "a name of a file": _around("", "_2.png"),
}
