"""A record on paper: words become a QR code, and a photograph of the code becomes words again.

    pip install -e '.[examples]'
    python examples/qr_on_paper.py [CODE.png]

The framing ``qr`` uses only the 45 characters of a QR code's alphanumeric mode, 5.5 bits each, so
that the code stays small: the one below has 21 x 21 modules.
"""

import io
import sys
from pathlib import Path

from PIL import Image

import semcodec
from semcodec.carriers import find_record, qr

WORDS = "huge orange astronaut spacesuit gray background black below"
path = Path(sys.argv[1] if len(sys.argv) > 1 else "code.png")

# Write: the smallest code that fits, with the best error correction that this size allows.
text = semcodec.pack(WORDS, coding="lexicon", framing="qr").decode("ascii")
path.write_bytes(qr.write(text, "png"))
with Image.open(path) as printed:
    modules = printed.width // qr.MODULE_PIXELS - 2 * qr.QUIET_ZONE
    print(f"{text}  ({len(text)} characters, {modules} x {modules} modules)")

    # Read: a camera holds the paper a little turned.
    photograph = io.BytesIO()
    printed.convert("L").rotate(7, expand=True, fillcolor=255).save(photograph, "JPEG")
record = find_record(photograph.getvalue())
print(*record.words)
assert record.text == WORDS
