"""A record on paper: words become a QR code, and a photograph of the code becomes words again.

    pip install -e '.[examples]'
    python examples/qr_on_paper.py [CODE.png]

The framing ``qr`` uses only the 45 characters of a QR code's alphanumeric mode, 5.5 bits each, so
that the code stays small: the one below has 25 x 25 modules.
"""

import sys
from pathlib import Path

import segno
import zxingcpp
from PIL import Image

import semcodec

WORDS = "huge orange astronaut spacesuit gray background black below"
path = Path(sys.argv[1] if len(sys.argv) > 1 else "code.png")

# Write: error correction M repairs 15 % of the code, and the border of 4 modules is the quiet zone.
text = semcodec.pack(WORDS, coding="lexicon", framing="qr").decode("ascii")
code = segno.make(text, error="m", boost_error=False)
code.save(path, scale=8, border=4)
print(f"{text}  ({len(text)} characters, {code.mode}, version {code.version})")

# Read: a camera holds the paper a little turned.
with Image.open(path) as printed:
    photograph = printed.convert("L").rotate(7, expand=True, fillcolor=255)
(found,) = zxingcpp.read_barcodes(photograph)
record = semcodec.unpack(found.text)
print(*record.words)
assert record.text == WORDS
