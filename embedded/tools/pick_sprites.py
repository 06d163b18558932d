"""Pick the sprites that the painter uses out of Noto Emoji, with the words that call them.

Two pinned npm packages are the source: one holds the drawings, the other their names and keywords.
Flags, symbols, letters and skin tones are dropped; the result is the same byte for byte every time.

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
#: Drawings that no photograph would be painted with: signs, hands, doubles and what few may see.
DROPPED = re.compile(
    r"skin-tone|-moon-face|-thirty$|-oclock$|envelope|mailbox-with|-suit$|mahjong|playing-card|"
    r"medal|muted|speaker-|page|chart|locked|banknote|clip|card-|bookmark|pushpin|label|memo|"
    r"hand$|hands$|fist$|finger|thumb|fingers|-gesture|gesturing|frowning|-pouting|facepalm|shrug|"
    r"tipping|raising-hand|getting-|bowing|zombie|vampire|kiss|couple-with|family|middle|breast|"
    r"pregnant|wrestling|bunny|levitating|anatomical|lungs|cigarette|coffin|headstone|syringe|"
    r"drop-of|x-ray|ballot|battery|-tray|-folder|phone-with|level-slider|control-knobs|briefs|"
    r"no-entry|hot-springs|high-voltage|flag-|map-of|globe|cyclone|dna|microbe|superv|deaf|"
    r"-facing-right$|motorized|manual-wheelchair$|white-cane|steamy|hairy|brain|bone|tongue|tooth$"
)
BOTH_SEXES = re.compile(r"^(man|woman)-(?!standing|walking|running|dancing|surfing|biking|"
                        r"swimming|rowing-boat|farmer|cook|with-headscarf)")  # fmt: skip


def main(noto: Path, emojibase: Path, out: Path) -> None:
    """Write ``noto.json.gz`` into ``out``."""
    drawings = member(noto, NOTO_SHA256, "package/icons.json")["icons"]
    categories = member(noto, NOTO_SHA256, "package/metadata.json")["categories"]
    names = by_slug(member(emojibase, EMOJIBASE_SHA256, "package/en/data.json"))
    picked = {
        name: entry(kind, drawings[name]["body"], names.get(name))
        for category, kind in CATEGORIES.items()
        for name in categories[category]
        if name in drawings and not DROPPED.search(name) and not BOTH_SEXES.search(name)
    }
    data = packed(picked)
    (out / "noto.json.gz").write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {len(data)}  {len(picked)} sprites")


def member(path: Path, digest: str, name: str) -> Any:
    """Return the JSON file ``name`` of the tarball, once its digest is the pinned one."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SystemExit(f"{path.name} is another file than the one this tool was written for")
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        file = tar.extractfile(name)
        if file is None:
            raise SystemExit(f"{path.name} holds no {name}")
        return json.load(file)


def by_slug(emoji: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the emoji by label, spelled as the drawings are named."""
    return {re.sub(r"[^a-z0-9]+", "-", one["label"].lower()).strip("-"): one for one in emoji}


def entry(kind: str, body: str, emoji: dict[str, Any] | None) -> dict[str, Any]:
    """Return what is shipped for one drawing."""
    tags = [tag.lower() for tag in (emoji or {}).get("tags", [])]
    good = sorted({tag for tag in tags if re.fullmatch(r"[a-z]{3,}( [a-z]+)?", tag)})
    return {"body": body, "kind": kind, "tags": good}


def packed(picked: dict[str, dict[str, Any]]) -> bytes:
    """Return the sprites as compressed JSON without a date."""
    text = json.dumps(picked, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return gzip.compress(text.encode("ascii"), compresslevel=9, mtime=0)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
