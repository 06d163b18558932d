"""Cut text of scripts without spaces between words, at particles, without a dictionary."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from semcodec.words.language.scores import load_languages
from semcodec.words.scripts import script_of

MAX_RUN: Final = 40  #: letters of one piece
MIN_KANA: Final = 2  #: of a word that follows a particle

#: A Japanese word: kanji with the kana of its ending, katakana, or hiragana alone.
_JAPANESE: Final = re.compile(
    r"[\u4e00-\u9fff\u3005]+[\u3041-\u309f]*|[\u30a1-\u30ff]+|[\u3041-\u309f]+"
)
_KANA: Final = re.compile(r"[\u3041-\u30ff]")
_PARTICLES: Final = "のはがをにでともへや"
_PARTICLE: Final = re.compile(f"[{_PARTICLES}]")
#: A Chinese verb of position before a particle is a word of its own: 躺在, 拿着.
_CHINESE_VERB: Final = re.compile(r"([躺坐站走跑骑騎拿穿戴停放挂掛飞飛打])(?=[在着著于於])")


def cut_run(run: str) -> list[str]:
    """Return the words of a run of letters without spaces, each of at most ``MAX_RUN`` letters.

    >>> cut_run("公園で犬が走る"), cut_run("棕色的大狗")
    (['公園', '犬', '走る'], ['棕色', '大狗'])
    """
    if script_of(run[0]) not in ("CJK", "HIRAGANA", "KATAKANA"):
        words = _separators("Thai").split(run)
    elif _KANA.search(run):
        words = [part for word in _JAPANESE.findall(run) for part in _cut_at_particles(word)]
    else:
        words = _separators("Chinese").sub(" ", _CHINESE_VERB.sub(r" \1 ", run)).split()
    pieces = [word for word in words if word] or [run]
    starts = ((word, start) for word in pieces for start in range(0, len(word), MAX_RUN))
    return [word[start : start + MAX_RUN] for word, start in starts]


@cache
def _separators(language: str) -> re.Pattern[str]:
    words = sorted(load_languages()[language].function, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def _cut_at_particles(word: str) -> list[str]:
    """Return the parts of a word between particles in its kana that are not only grammar."""
    grammar = load_languages()["Japanese"].function
    if word in grammar:
        return []
    parts = enumerate(_PARTICLE.split(word))
    return [
        part
        for index, part in parts
        if part not in grammar and len(part) >= (1 if index == 0 else MIN_KANA)
    ]
