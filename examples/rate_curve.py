"""What each word costs: the bytes of a description by the number of its words, in each coding.

    python examples/rate_curve.py

Rates are those of the payload: bits per word, and micro-bits per pixel of a picture of 1024 x 1024.
"""

import semcodec

CODINGS = ("nibble", "lexicon", "bag", "utf8")
DESCRIPTION = (
    "A red fox with a white chest stands in fresh snow at the edge of a pine forest. Behind it "
    "a frozen lake reflects the orange light of a low winter sun, and two crows sit on a fence."
)
PIXELS = 1024 * 1024
WIDTH = 50  #: characters of the longest bar


def payload_bits(words: list[str], coding: str) -> int:
    """Return the bits of the payload of the words, or for nibble of their skeletons."""
    text = semcodec.skeleton(" ".join(words)) if coding == "nibble" else words
    return semcodec.unpack(semcodec.pack(text, coding=coding)).payload_bits


print("words" + "".join(f"{coding:>18}" for coding in CODINGS))
print("     " + "B b/word  µbpp".rjust(18) * len(CODINGS))
for k in (1, 2, 4, 6, 8, 10, 12, 16, 20):
    words = semcodec.select(DESCRIPTION, k)
    cells = []
    for coding in CODINGS:
        bits = payload_bits(words, coding)
        cells.append(f"{bits // 8:5}{bits / len(words):7.1f}{bits / PIXELS * 1e6:6.0f}")
    print(f"{len(words):5}" + "".join(cells))

print("\nThe bits of the record with 12 words in a file:")
data = semcodec.pack(semcodec.select(DESCRIPTION, 12), coding="lexicon", framing="file")
for field in semcodec.inspect(data):
    bar = "#" * max(1, field.bits * WIDTH // (8 * len(data)))
    print(f"{field.name:22} {field.bits:4} {bar}")
