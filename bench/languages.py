"""Measure the detection of languages: false alarms on English text, and the languages of others.

    python bench/languages.py TEXT_DIR [--locale DIR]

TEXT_DIR has English text, a description a line. The folder of ``--locale`` has the translated
messages of programs, as in /usr/share/locale; they are terse and technical, so they are a harder
test than descriptions of pictures.
"""

from __future__ import annotations

import argparse
import gettext
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from semcodec.words.language import detect
from semcodec.words.language.scores import count_words, find_words

MIN_WORDS, MAX_WORDS = 5, 40
DOMAINS = ("glib20", "gtk30", "gtk20", "git", "at-spi2-core")
LANGUAGES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "pt_BR": "Portuguese", "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "da": "Danish",
    "nb": "Norwegian", "fi": "Finnish", "cs": "Czech", "sk": "Slovak", "hr": "Croatian",
    "tr": "Turkish", "ro": "Romanian", "hu": "Hungarian", "id": "Indonesian", "vi": "Vietnamese",
    "ca": "Catalan", "ru": "Russian", "uk": "Ukrainian", "bg": "Bulgarian", "sr": "Serbian",
    "el": "Greek", "he": "Hebrew", "ar": "Arabic", "fa": "Persian", "hi": "Hindi", "mr": "Marathi",
    "ko": "Korean", "ja": "Japanese", "zh_CN": "Chinese", "zh_TW": "Chinese", "th": "Thai",
    "bn": "Bengali", "ta": "Tamil", "eu": "another", "cy": "another", "lt": "another",
    "lv": "another", "et": "another", "eo": "another", "is": "another", "ga": "another",
    "gl": "another", "af": "another",
}  # fmt: skip


def print_false_alarms(folder: Path) -> None:
    """Print the rate of English lines of five words and more that are not taken for English."""
    lines = [line.strip() for path in sorted(folder.rglob("*.txt")) for line in read_lines(path)]
    lines = [line for line in lines if len(line.split()) >= MIN_WORDS]
    alarms = [line for line in lines if not detect(line).is_english]
    rate = 10_000 * len(alarms) / len(lines)
    print(f"{len(alarms)} of {len(lines)} English lines: {rate:.2f} in 10,000")
    for line in alarms:
        print(f"  {detect(line).language}: {line[:80]}")


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file."""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def print_languages(folder: Path) -> None:
    """Print for each language how many messages are not English, and how many have its name."""
    print(f"{'':14}messages  not English   by name")
    for code, name in LANGUAGES.items():
        found = Counter(detect(text).language for text in read_messages(folder / code))
        total = found.total()
        if total:
            foreign = 1 - found["English"] / total
            named = sum(count for language, count in found.items() if name in language) / total
            print(f"{code:6}{name:12}{total:5}{foreign:12.1%}{named:10.1%}")


def read_messages(folder: Path) -> Iterator[str]:
    """Yield the translated sentences in the catalogs of a language, each once."""
    seen = set()
    for path in (folder / "LC_MESSAGES" / f"{domain}.mo" for domain in DOMAINS):
        if not path.exists():
            continue
        with path.open("rb") as file:
            catalog = vars(gettext.GNUTranslations(file))["_catalog"]  # has no public name
        for original, text in catalog.items():
            is_plain = isinstance(text, str) and not re.search(r"[%<>\n{}|_]|--|http", text)
            if is_plain and text != original and text not in seen:
                seen.add(text)
                if MIN_WORDS <= count_words(find_words(text)) <= MAX_WORDS:
                    yield text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text_dir", type=Path, help="folder of English text files")
    parser.add_argument(
        "--locale", type=Path, help="folder of translated messages (default: English only)"
    )
    arguments = parser.parse_args()
    print_false_alarms(arguments.text_dir)
    if arguments.locale:
        print_languages(arguments.locale)
