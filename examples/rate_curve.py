"""What each word costs: the bytes of a description by the number of its words, in each coding.

    python examples/rate_curve.py

Rates are those of the payload, in micro-bits per pixel of a picture of 1024 x 1024.
"""

import semcodec

DESCRIPTION = (
    "A red fox with a white chest stands in fresh snow at the edge of a pine forest. Behind it "
    "a frozen lake reflects the orange light of a low winter sun, and two crows sit on a fence."
)
PIXELS = 1024 * 1024
WIDTH = 50  #: characters of the longest bar

print("words  " + "".join(f"{name:>18}" for name in ("nibble", "lexicon", "bag")))
for k in (1, 2, 4, 6, 8, 10, 12, 16, 20, 24):
    words = semcodec.select(DESCRIPTION, k)
    cells, payload = [], 0
    for coding in ("nibble", "lexicon", "bag"):
        text = semcodec.skeleton(" ".join(words)) if coding == "nibble" else words
        payload = semcodec.unpack(semcodec.pack(text, coding=coding)).payload_bits
        cells.append(f"{payload // 8:3} B {payload / PIXELS * 1e6:6.1f} µbpp")
    print(f"{len(words):5}  " + "".join(f"{cell:>18}" for cell in cells))

print("\nThe bits of the record with 12 words in a file:")
data = semcodec.pack(semcodec.select(DESCRIPTION, 12), coding="lexicon", framing="file")
for field in semcodec.inspect(data):
    bar = "#" * max(1, field.bits * WIDTH // (8 * len(data)))
    print(f"{field.name:22} {field.bits:4} {bar}")
