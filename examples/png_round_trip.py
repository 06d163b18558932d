"""A picture that carries its own words: a record in a chunk of a PNG file.

    python examples/png_round_trip.py [PICTURE.png]

Every viewer shows the picture as before; semcodec reads the words out of it again.
"""

import io
import sys
from pathlib import Path

from PIL import Image

import semcodec
import semcodec.pillow

WORDS = "huge brown cat background"
path = Path(sys.argv[1] if len(sys.argv) > 1 else "cat.png")

# With bytes alone: semcodec needs no library for pictures here.
buffer = io.BytesIO()
Image.new("RGB", (64, 64), "saddlebrown").save(buffer, "PNG")
picture = buffer.getvalue()
with_words = semcodec.embed_png(picture, semcodec.pack(WORDS, coding="lexicon"))
print(f"{len(picture)} bytes, and with the words {len(with_words)}")
print(semcodec.unpack(with_words).text)

# With Pillow: a record opens as a picture, is painted when its pixels are needed, and a PNG file
# that is saved from it carries the record.
semcodec.pillow.register()
record = semcodec.pack(WORDS, coding="lexicon", size=(96, 64), framing="file")
with Image.open(io.BytesIO(record)) as image:
    print(image.size, *image.info["words"])
    image.save(path)
assert semcodec.unpack(path.read_bytes()).text == WORDS
