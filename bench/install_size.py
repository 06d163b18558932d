"""What an extra installs: packages, size of the wheels, and size on the disk, with CUDA apart.

    python3 -m venv clean
    clean/bin/pip install --dry-run --ignore-installed --report report.json '.[local]'
    clean/bin/pip install '.[local]'
    python bench/install_size.py report.json --environment clean [--write local]

Without --environment, which needs the installation, only the packages are counted. The size of a
wheel is known if pip has it as a file, such as with ``--find-links``. --write keeps the result in
bench/install_sizes.json, with whose sums a test compares the documents.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

#: How the names of the packages begin that only a GPU of NVIDIA needs.
CUDA: Final = ("nvidia-", "cuda-", "triton")
LARGEST: Final = 8  #: packages with a row of their own
FILE: Final = Path(__file__).with_name("install_sizes.json")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that an extra installs.

    Attributes:
        name: in lower case, with hyphens.
        version: that pip chose.
        wheel: bytes of the wheel; 0 if unknown.
        disk: bytes of its files in an environment; 0 if it is not there.
    """

    name: str
    version: str
    wheel: int
    disk: int

    @property
    def is_for_cuda(self) -> bool:
        """Whether only a GPU of NVIDIA needs it."""
        return self.name.startswith(CUDA)


def read_packages(report: Path, environment: Path | None) -> list[Package]:
    """Return the packages of a report of pip, with their sizes in a virtual environment."""
    disk = _disk_bytes(environment) if environment else {}
    rows = json.loads(report.read_text("utf-8"))["install"]
    return [
        Package(name, row["metadata"]["version"], _wheel_bytes(row), disk.get(name, 0))
        for name, row in ((_normalize(row["metadata"]["name"]), row) for row in rows)
    ]


def read_measured() -> dict[str, list[Package]]:
    """Return the results that were kept, by extra."""
    kept = json.loads(FILE.read_text("utf-8"))
    return {extra: [Package(**row) for row in rows] for extra, rows in kept.items()}


def megabytes(packages: Sequence[Package]) -> int:
    """Return the size on the disk in megabytes of 10^6 bytes."""
    return round(sum(package.disk for package in packages) / 1e6)


def write(extra: str, packages: Sequence[Package]) -> None:
    """Keep the result for an extra."""
    kept = read_measured() | {extra: sorted(packages, key=lambda package: package.name)}
    rows = {name: [asdict(package) for package in kept[name]] for name in sorted(kept)}
    lines = [
        f'"{name}": [\n' + ",\n".join(map(json.dumps, values)) + "\n]"
        for name, values in rows.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def print_table(packages: Sequence[Package]) -> None:
    """Print the sums, and the largest packages."""
    print(f"{'':24}{'packages':>10}{'wheels':>12}{'on the disk':>14}")
    largest = sorted(packages, key=lambda package: -(package.disk or package.wheel))[:LARGEST]
    for title, chosen in (
        ("all", packages),
        ("of these, for CUDA", [package for package in packages if package.is_for_cuda]),
        *((package.name, [package]) for package in largest),
    ):
        wheels = _format(sum(package.wheel for package in chosen))
        disk = _format(sum(package.disk for package in chosen))
        print(f"{title:24}{len(chosen):10}{wheels:>12}{disk:>14}")
    unknown = [package.name for package in packages if not package.wheel]
    if unknown:
        print(f"size of the wheel unknown: {', '.join(unknown)}")


def _normalize(name: str) -> str:
    return name.lower().replace("_", "-")


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
        found[_normalize(distribution.metadata["Name"])] = size
    return found


def _format(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size else "-"


def main() -> None:
    """Print the table, and keep the result if that is wanted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path, help="JSON file that pip has written")
    parser.add_argument(
        "--environment", type=Path, metavar="DIR", help="virtual environment (default: none)"
    )
    parser.add_argument(
        "--write", metavar="EXTRA", help=f"keep the result in {FILE.name} (default: print it only)"
    )
    args = parser.parse_args()
    if args.write and not args.environment:
        parser.error("--write needs --environment: sizes on the disk are kept")
    try:
        packages = read_packages(args.report, args.environment)
    except (OSError, ValueError, KeyError) as error:
        parser.error(f"expected a report of pip and a virtual environment: {error}")
    print_table(packages)
    if args.environment and (missing := [package.name for package in packages if not package.disk]):
        print(f"not in the environment: {', '.join(missing)}")
    if args.write:
        write(args.write, packages)


if __name__ == "__main__":
    main()
