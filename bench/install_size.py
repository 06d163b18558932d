"""What an extra installs: packages, size of the wheels, and size on the disk, with CUDA apart.

    python3 -m venv clean
    clean/bin/pip install --dry-run --ignore-installed --report report.json '.[local]'
    python bench/install_size.py report.json [--environment DIR]

The size of a wheel is known if pip has it as a file, such as with ``--find-links``. The size on the
disk is that of an environment with these packages.
"""

from __future__ import annotations

import argparse
import json
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

#: How the names of the packages begin that only a GPU of NVIDIA needs.
CUDA: Final = ("nvidia-", "cuda-", "triton")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("report", type=Path)
    parser.add_argument("--environment", type=Path, help="a virtual environment")
    args = parser.parse_args()
    installed = json.loads(args.report.read_text("utf-8"))["install"]
    names = [_name(row) for row in installed]
    wheels = {name: _wheel_bytes(row) for name, row in zip(names, installed, strict=True)}
    disk = _disk_bytes(args.environment) if args.environment else {}
    print(f"{'':24}{'packages':>10}{'wheels':>12}{'on the disk':>14}")
    for title, chosen in (
        ("all", names),
        ("of these, for CUDA", [name for name in names if name.startswith(CUDA)]),
        *((name, [name]) for name in sorted(names, key=lambda n: -(disk.get(n) or wheels[n]))[:8]),
    ):
        sizes = [sum(table.get(name, 0) for name in chosen) for table in (wheels, disk)]
        print(f"{title:24}{len(chosen):10}{_format(sizes[0]):>12}{_format(sizes[1]):>14}")
    unknown = [name for name in names if not wheels[name]]
    if unknown:
        print(f"size of the wheel unknown: {', '.join(unknown)}")
    if disk and (missing := sorted(set(names) - set(disk))):
        print(f"not in the environment: {', '.join(missing)}")


def _name(row: dict[str, Any]) -> str:
    return str(row["metadata"]["name"]).lower().replace("_", "-")


def _wheel_bytes(row: dict[str, Any]) -> int:
    """Return the size of the wheel if it is a file, else 0."""
    url = urlsplit(row["download_info"]["url"])
    path = Path(unquote(url.path))
    return path.stat().st_size if url.scheme == "file" and path.is_file() else 0


def _disk_bytes(environment: Path) -> dict[str, int]:
    """Return the bytes of the files of each package in an environment."""
    [packages] = environment.glob("lib/python3*/site-packages")
    found = {}
    for distribution in metadata.distributions(path=[str(packages)]):
        files = [Path(str(file.locate())) for file in distribution.files or ()]
        size = sum(file.stat().st_size for file in files if file.is_file())
        found[distribution.metadata["Name"].lower().replace("_", "-")] = size
    return found


def _format(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size else "-"


if __name__ == "__main__":
    main()
