"""Records inside of your own format: an album of photographs as one CBOR file.

    pip install -e '.[examples]'
    python examples/record_in_cbor.py [ALBUM.cbor]

A bare record is the smallest: CBOR has the length already, and whatever protects the file protects
the record, so that neither the magic bytes nor the check of a ``file`` are needed.
"""

import sys
from pathlib import Path

import cbor2

import semcodec

DESCRIPTIONS = {
    "IMG_0001.jpg": "huge orange astronaut spacesuit gray background black below",
    "IMG_0002.jpg": "huge brown cat background",
    "IMG_0003.jpg": "large red cup coffee center orange wall table",
}
path = Path(sys.argv[1] if len(sys.argv) > 1 else "album.cbor")

records = {
    name: semcodec.pack(words, coding="lexicon", size=(4000, 3000))
    for name, words in DESCRIPTIONS.items()
}
path.write_bytes(cbor2.dumps(records))
print(f"{len(records)} photographs in {path.stat().st_size} bytes")

for name, data in cbor2.loads(path.read_bytes()).items():
    record = semcodec.unpack(data, framing="bare")  # name the framing: nothing has to be guessed
    print(f"{name}  {len(data):2} bytes  {record.size[0]} x {record.size[1]}  {record.text}")
    assert record.text == DESCRIPTIONS[name]
