"""The sizes that text coders make of the words of a record: ours, the paper's, and general ones.

All get the same words, separated by spaces, and count whole bytes of payload: no length, no
checksum, no magic number. So a general compressor is as small as a format could make it.

- ``nibble`` has the skeletons of the words, 4 bits a symbol, as in the paper. It is the only coder
  that loses letters: vowels, and words without a skeleton such as "eye" (``left_out``). It is
  padded to whole bytes, which the paper does not count.
- ``lexicon`` and ``bag`` are the payloads of this format; a ``bag`` loses the order.
- ``utf8`` is the text as it is. ``5 bits`` counts five bits a character, as if 32 codes were enough
  for everything.
- ``zlib`` is raw deflate at level 9, and ``brotli`` has quality 11. ``unishox2`` and ``smaz`` have
  their built-in tables, without the length of the text.
- ``zstd`` has level 19, no optional header, and a dictionary of ``DICTIONARY_BYTES`` trained on a
  folder of texts, which both ends must have. It is not measured without such a folder.

A coder that cannot carry the words, such as ``lexicon`` for those of other scripts, has no size.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

from semcodec.choices import Coding
from semcodec.coding import codings
from semcodec.errors import InputError
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS

DICTIONARY_BYTES: Final = 110_000  #: approximately the default of the zstd program
#: Bytes of the segments and of the substrings that the training counts. A search over them finds
#: these for our texts, and takes fifty times as long.
SEGMENT_BYTES, SUBSTRING_BYTES = 50, 8
ZSTD_LEVEL: Final = 19

TEXT_ENDING: Final = ".txt"
MAX_TEXT_FILES: Final = 1_000  #: of a folder, in the order of their paths
MAX_TEXT_BYTES: Final = 2**25  #: of all files together
MAX_TEXT_LINES: Final = 10_000  #: that are used, evenly spaced
MAX_LINE: Final = 2_000  #: characters of a line that are used
_WORD: Final = re.compile("[a-z]+")

Coder = Callable[[str], int]  #: returns the bytes of a text; raises any exception if it cannot


class TextCoders:
    """The text coders that are installed; they can be pickled, with the trained dictionary.

    Attributes:
        skipped: why the others are not measured, by name.

    Example:
        >>> TextCoders().sizes(["red", "bear", "sunset"])["5 bits"]
        10
    """

    def __init__(self, text_folder: Path | None = None) -> None:
        """Load the coders, and train the dictionary of ``zstd``.

        Args:
            text_folder: a folder with ``.txt`` files, in it or below it; each line is a text. None
                for no dictionary.

        Raises:
            InputError: the folder cannot be read, or has no such file.
        """
        self._load(None if text_folder is None else train([*read_texts(text_folder)]))

    @classmethod
    def trained(cls, texts: Sequence[str]) -> Self:
        """Return coders whose dictionary is trained on ``texts``: words separated by spaces."""
        coders = cls.__new__(cls)
        coders._load(train(texts))
        return coders

    def _load(self, dictionary: bytes | None) -> None:
        self._dictionary = dictionary
        self._coders: dict[str, Coder] = {}
        self.skipped: dict[str, str] = {}
        for name, open_coder in _OPEN.items():
            try:
                self._coders[name] = open_coder(dictionary)
            except ModuleNotFoundError as error:
                self.skipped[name] = f"{error.name} is missing: pip install 'semcodec[bench]'"
            except InputError as error:
                self.skipped[name] = str(error)

    def __getstate__(self) -> bytes | None:
        return self._dictionary

    def __setstate__(self, dictionary: bytes | None) -> None:
        self._load(dictionary)

    def sizes(self, words: Sequence[str]) -> dict[str, int]:
        """Return the bytes of ``words`` by coder, without the coders that cannot carry them."""
        text = " ".join(words)
        found = ((name, _attempt(coder, text)) for name, coder in self._coders.items())
        return {name: size for name, size in found if size is not None}


def left_out(words: Iterable[str]) -> list[str]:
    """Return the words that ``nibble`` cannot carry, because they have no skeleton."""
    return [word for word in words if not skeleton_of_word(word)]


def _attempt(coder: Coder, text: str) -> int | None:
    try:
        return coder(text)
    except Exception:  # each package has errors of its own for characters that it cannot code
        return None


# --- the coders


def _encode_nibble(text: str) -> int:
    skeletons = filter(None, map(skeleton_of_word, text.split()))
    return len(codings.encode("nibble", " ".join(skeletons)))


def _encode_words(coding: Coding, text: str) -> int:
    if reason := codings.why_unencodable(coding, text):
        raise InputError(reason)
    return len(codings.encode(coding, text))


def _count_letters(text: str) -> int:
    return -(-5 * len(text) // 8)


def _deflate(text: str) -> int:
    return len(zlib.compress(text.encode(), level=9, wbits=-15))


def _open_brotli(_: bytes | None) -> Coder:
    compress = import_module("brotli").compress
    return lambda text: len(compress(text.encode(), quality=11, lgwin=16))


def _open_unishox2(_: bytes | None) -> Coder:
    compress = import_module("unishox2").compress
    return lambda text: len(compress(text)[0])  # the other item is the length of the text


def _open_smaz(_: bytes | None) -> Coder:
    compress = import_module("smaz").compress
    return lambda text: len(compress(text))


def _open_zstd(dictionary: bytes | None) -> Coder:
    if dictionary is None:
        raise InputError("no folder of texts to train a dictionary")
    zstd = import_module("zstandard")
    if not dictionary:
        raise InputError("too few texts to train a dictionary")
    options = {"format": zstd.FORMAT_ZSTD1_MAGICLESS}
    options |= {"write_content_size": False, "write_dict_id": False}
    parameters = zstd.ZstdCompressionParameters.from_level(ZSTD_LEVEL, **options)
    trained = zstd.ZstdCompressionDict(dictionary)
    compress = zstd.ZstdCompressor(dict_data=trained, compression_params=parameters).compress
    return lambda text: len(compress(text.encode()))


#: In the order of tables. Each function returns the coder, given the dictionary of ``zstd``, or
#: raises ModuleNotFoundError or InputError if it cannot.
_OPEN: Final[dict[str, Callable[[bytes | None], Coder]]] = {
    "nibble": lambda _: _encode_nibble,
    "lexicon": lambda _: partial(_encode_words, "lexicon"),
    "bag": lambda _: partial(_encode_words, "bag"),
    "utf8": lambda _: partial(_encode_words, "utf8"),
    "5 bits": lambda _: _count_letters,
    "zlib": lambda _: _deflate,
    "brotli": _open_brotli,
    "zstd": _open_zstd,
    "unishox2": _open_unishox2,
    "smaz": _open_smaz,
}
NAMES: Final = tuple(_OPEN)

# --- the texts of the dictionary


def train(texts: Sequence[str]) -> bytes:
    """Return a dictionary trained on ``texts``; no bytes if they are too few or zstd is missing."""
    try:
        zstd: Any = import_module("zstandard")
    except ModuleNotFoundError:
        return b""
    samples = [text.encode() for text in texts]
    try:
        trained = zstd.train_dictionary(
            DICTIONARY_BYTES, samples, k=SEGMENT_BYTES, d=SUBSTRING_BYTES, level=ZSTD_LEVEL
        )
    except (zstd.ZstdError, ValueError):  # the samples are shorter than a dictionary
        return b""
    dictionary: bytes = trained.as_bytes()
    return dictionary


def read_texts(folder: Path) -> Iterator[str]:
    """Yield the words of the lines in the ``.txt`` files below ``folder``, as records have them.

    Function words are left out. Of many lines, ``MAX_TEXT_LINES`` are used, evenly spaced.

    Raises:
        InputError: the folder or a file cannot be read, or the folder has no such file.
    """
    lines = _read_lines(folder)
    step = max(1, -(-len(lines) // MAX_TEXT_LINES))
    for line in lines[::step]:
        # A tokenizer is not needed for statistics, and takes most of a minute for all lines.
        words = [word for word in _WORD.findall(line[:MAX_LINE].lower()) if _is_content(word)]
        if words:
            yield " ".join(dict.fromkeys(words))


def _read_lines(folder: Path) -> list[str]:
    """Return the lines of the first files, in the order of their paths."""
    lines: list[str] = []
    left = MAX_TEXT_BYTES
    paths = list(islice(_find_texts(folder), MAX_TEXT_FILES))
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(left)
        except OSError as error:
            raise InputError(
                f"Cannot read {path} ({_reason(error)}): change its permissions, or name another "
                "folder of texts."
            ) from error
        left -= len(data)
        lines += data.decode("utf-8", "replace").splitlines()
    if not paths:
        raise InputError(f"No {TEXT_ENDING} file in {folder}: name a folder with texts.")
    return lines


def _find_texts(folder: Path) -> Iterator[Path]:
    """Yield the text files of a folder and of those below it, which links to folders are not."""

    def refuse(error: OSError) -> None:
        raise InputError(
            f"Cannot read {error.filename} ({_reason(error)}): name another folder of texts."
        ) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()  # os.walk goes on in this order
        paths = (Path(parent, name) for name in sorted(names) if name.endswith(TEXT_ENDING))
        yield from (path for path in paths if path.is_file())


def _is_content(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
