"""Report a painted picture that shows nothing, unless its words call for one.

A painter with a safety filter returns a black picture and no error. The picture is kept, because
only the user can tell whether the words mean it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from semcodec.imaging.uniform import describe_uniform
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.structure import COLORS, SIZES
from semcodec.words.tokenizer import tokenize

if TYPE_CHECKING:
    from PIL.Image import Image

#: Words besides colors and sizes that a picture of a single color can show.
_OTHER_WORDS: Final = frozenset(
    """
    dark light bright pale deep vivid plain blank empty solid uniform monochrome single flat clear
    smooth simple one featureless bare background surface wall page paper canvas sheet screen
    backdrop square color colour tone shade night sky darkness space void nothing fog mist haze snow
    sand sea water ocean desert ceiling whole entire full matte texture
    """.split()
)
BLANK_WORDS: Final = COLORS | SIZES | _OTHER_WORDS


def report_blank(image: Image, words: Iterable[str], add_notice: Callable[[str], None]) -> None:
    """Add a notice if ``image``, painted from ``words``, shows nothing though they name something.

    Args:
        image: the picture as the painter returned it, of any mode.
        words: the words of the record.
        add_notice: called with a sentence.
    """
    blank = describe_uniform(image)
    parts = {part.casefold() for word in words for part in tokenize(word) or [word]}
    if blank and parts - STOPWORDS - BLANK_WORDS:
        add_notice(
            f"The painted picture is {blank}, perhaps by the painter's safety filter: "
            "try another seed, other words or another painter."
        )
