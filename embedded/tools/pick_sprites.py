"""Select the sprites of the painter from Noto Emoji, with their keywords.

The sources are two pinned npm packages: one contains the drawings, the other their names and
keywords. Flags, symbols, letters and skin tones are left out. The result is reproducible byte for
byte.

    python pick_sprites.py iconify-json-noto-1.2.9.tgz emojibase-data-17.0.0.tgz OUT_DIR
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

NOTO_SHA256 = "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"
EMOJIBASE_SHA256 = "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a"
CATEGORIES = {
    "Activities": "activity", "Animals & Nature": "nature", "Food & Drink": "food",
    "Objects": "object", "People & Body": "people", "Travel & Places": "travel",
}  # fmt: skip
#: Drawings that a painted photograph never needs: signs, hands, duplicates and what is unsuitable.
EXCLUDED = re.compile(
    r"skin-tone|-moon-face|-thirty$|-oclock$|envelope|mailbox-with|-suit$|mahjong|playing-card|"
    r"medal|muted|speaker-|page|chart|locked|banknote|clip|card-|bookmark|pushpin|label|memo|"
    r"hand$|hands$|fist$|finger|thumb|fingers|-gesture|gesturing|frowning|-pouting|facepalm|shrug|"
    r"tipping|raising-hand|getting-|bowing|zombie|vampire|kiss|couple-with|family|middle|breast|"
    r"pregnant|wrestling|bunny|levitating|anatomical|lungs|cigarette|coffin|headstone|syringe|"
    r"drop-of|x-ray|ballot|battery|-tray|-folder|phone-with|level-slider|control-knobs|briefs|"
    r"no-entry|hot-springs|high-voltage|flag-|map-of|globe|cyclone|dna|microbe|superv|deaf|"
    r"-facing-right$|motorized|manual-wheelchair$|white-cane|steamy|hairy|brain|bone|tongue|tooth$"
)
GENDERED_DUPLICATES = re.compile(r"^(man|woman)-(?!standing|walking|running|dancing|surfing|biking|"
                        r"swimming|rowing-boat|farmer|cook|with-headscarf)")  # fmt: skip


def main(noto: Path, emojibase: Path, out: Path) -> None:
    """Write ``noto.json.gz`` into ``out``."""
    drawings = read_member(noto, NOTO_SHA256, "package/icons.json")["icons"]
    categories = read_member(noto, NOTO_SHA256, "package/metadata.json")["categories"]
    names = by_slug(read_member(emojibase, EMOJIBASE_SHA256, "package/en/data.json"))
    selected = {
        name: sprite_entry(kind, drawings[name]["body"], names.get(name))
        for category, kind in CATEGORIES.items()
        for name in categories[category]
        if name in drawings and not EXCLUDED.search(name) and not GENDERED_DUPLICATES.search(name)
    }
    data = compress(selected)
    (out / "noto.json.gz").write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {len(data)}  {len(selected)} sprites")


def read_member(path: Path, digest: str, name: str) -> Any:
    """Return the JSON file ``name`` of the tarball, whose SHA-256 must be ``digest``."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SystemExit(f"{path.name}: expected SHA-256 {digest}; use the pinned version.")
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        file = tar.extractfile(name)
        if file is None:
            raise SystemExit(f"{path.name} does not contain {name}.")
        return json.load(file)


def by_slug(emoji: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the emoji by the name of their drawing, which is the label as a slug."""
    return {re.sub(r"[^a-z0-9]+", "-", item["label"].lower()).strip("-"): item for item in emoji}


def sprite_entry(kind: str, body: str, emoji: dict[str, Any] | None) -> dict[str, Any]:
    """Return the entry of one drawing: its SVG body, its category and its keywords."""
    tags = [tag.lower() for tag in (emoji or {}).get("tags", [])]
    plain = sorted({tag for tag in tags if re.fullmatch(r"[a-z]{3,}( [a-z]+)?", tag)})
    return {"body": body, "kind": kind, "tags": plain}


def compress(sprites: dict[str, dict[str, Any]]) -> bytes:
    """Return the sprites as gzipped JSON; without a time stamp, which would change the bytes."""
    text = json.dumps(sprites, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
