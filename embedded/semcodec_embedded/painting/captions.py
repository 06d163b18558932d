"""Show words as letters: on a card where they name nothing that can be painted, else as a caption.

The words are all that a receiver has. A picture that leaves out most of them, or that is invented
where none is known, would misinform; the words themselves are useful and true.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from semcodec.words.language import guess_language
from semcodec_embedded.painting.grading import ColorField
from semcodec_embedded.painting.lettering import displayed_words, letter
from semcodec_embedded.painting.palette import Color, lighter, lightness, mix
from semcodec_embedded.painting.scene import SceneDescription
from semcodec_embedded.painting.svg import HEIGHT, SvgCanvas

#: With at most this share of known words, a picture has a caption, and a notice is given.
MAX_FEW_KNOWN_SHARE = 0.5
MAX_NOTICE_WORDS = 3  #: unknown words that the notice quotes
MAX_NOTICE_LETTERS = 20  #: letters of each of them
CAPTION_HEIGHT = 0.13  #: share of the height of the picture
CAPTION_LETTERS = 0.36  #: font size of a caption, as a share of its height
PAPER: Color = (250, 247, 239)
LAYER_IN_PAPER = 0.35  #: share of a color layer in the color of the paper
MIN_PAPER_LIGHTNESS = 185.0
INK: Color = (58, 54, 52)
FRAME: Color = (150, 138, 120)
SHADOW: Color = (40, 36, 40)
# Lengths are shares of the shorter side of the picture.
CARD_MARGIN, CARD_PADDING, FRAME_WIDTH = 0.13, 0.05, 0.008
MAX_CARD_LETTERS = 0.17  #: font size on a card
NO_WORDS = ("no", "words")  #: on the card of an empty prompt


def needs_caption(scene: SceneDescription) -> bool:
    """Return whether so many words are unknown that the picture does not represent them."""
    return bool(scene.unknown_words) and scene.known_count <= MAX_FEW_KNOWN_SHARE * scene.word_count


def caption_text(scene: SceneDescription, prompt: str) -> str:
    """Return the text below the picture: the prompt, or the texts of signs; "" for no caption."""
    return prompt if needs_caption(scene) else " ".join(scene.sign_texts)


def notice(scene: SceneDescription, is_card: bool) -> str:
    """Return a sentence about words that are lettered instead of painted; "" if there are none."""
    if not scene.word_count:
        return "There are no words to paint: the picture is a card that states it."
    if needs_caption(scene):
        quoted = _quote(scene.unknown_words)
        language = guess_language(scene.unknown_words)
        if language:
            return (
                f"The words seem to be {language}, and the offline painter knows "
                f"English: the picture has {quoted} as letters."
            )
        if scene.word_count == 1:
            return f"The offline painter does not know {quoted}: the picture has it as letters."
        known = f"{scene.known_count or 'none'} of these {scene.word_count} words"
        return f"The offline painter knows {known}: the picture has {quoted} as letters."
    if is_card:
        return "The words name nothing that can be painted: the picture has them as letters."
    return ""


def _quote(words: Sequence[str]) -> str:
    """Return the first of ``words`` in quotation marks, cut, and the number of the others."""
    shown = [repr(word[:MAX_NOTICE_LETTERS]) for word in words[:MAX_NOTICE_WORDS]]
    others = len(words) - len(shown)
    if others:
        return f"{', '.join(shown)} and {others} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def paper_color(colors: ColorField | None, top: float = 0.0, bottom: float = HEIGHT) -> Color:
    """Return the color of paper: with a layer, a tint of its colors between two heights.

    It stays light enough for the letters on it.
    """
    if colors is None:
        return PAPER
    tinted = mix(PAPER, colors.mean(0.0, top, colors.width, bottom), LAYER_IN_PAPER)
    lack = max(0.0, MIN_PAPER_LIGHTNESS - lightness(tinted))
    return lighter(tinted, lack / (255 - lightness(tinted)))


def draw_card(picture: Image.Image, prompt: str, paper: Color = PAPER) -> None:
    """Draw a card with the words of ``prompt`` in the middle of ``picture``."""
    canvas = SvgCanvas(picture.size)
    unit = min(canvas.width, HEIGHT)
    margin = CARD_MARGIN * unit
    corner, size = (margin, margin), (canvas.width - 2 * margin, HEIGHT - 2 * margin)
    drop = FRAME_WIDTH * unit
    canvas.rectangle((margin + drop, margin + 2 * drop), size, SHADOW, opacity=0.35, radius=drop)
    canvas.rectangle(corner, size, paper, radius=drop)
    _draw_frame(canvas, margin + 2.5 * drop, drop)
    canvas.composite_onto(picture)
    scale = picture.size[1] / HEIGHT
    inset = (margin + CARD_PADDING * unit) * scale
    box = inset, inset, picture.size[0] - inset, picture.size[1] - inset
    words = displayed_words(prompt) or NO_WORDS
    letter(picture, words, box, INK, MAX_CARD_LETTERS * min(picture.size))


def _draw_frame(canvas: SvgCanvas, inset: float, thickness: float) -> None:
    """Draw a thin frame at the distance ``inset`` from the edges of the picture."""
    left, top, right, bottom = inset, inset, canvas.width - inset, HEIGHT - inset
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    canvas.line(corners, FRAME, thickness / 2)


def caption_height(height: int) -> int:
    """Return the height in pixels of the caption of a picture of ``height`` pixels."""
    return round(height * CAPTION_HEIGHT)


def add_caption(picture: Image.Image, text: str, height: int, paper: Color = PAPER) -> Image.Image:
    """Return ``picture`` above a caption of ``height`` pixels with the words of ``text``.

    The caption is below the picture and not on it, so that it hides nothing.
    """
    width, top = picture.size
    result = Image.new("RGB", (width, top + height), paper)
    result.paste(picture, (0, 0))
    padding = height * 0.12
    box = padding * 2, top + padding, width - padding * 2, top + height - padding
    letter(result, displayed_words(text), box, INK, CAPTION_LETTERS * height)
    return result
