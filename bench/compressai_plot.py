"""Run CompressAI's plotter on results of ``semcodec bench``, to see that it reads our files.

    python bench/compressai_plot.py OUT --python /path/to/python --folder /tmp/plots

The plotter is ``python -m compressai.utils.plot`` of CompressAI, which needs PyTorch and numpy
below 2, so it has an environment of its own: ``python -m venv E && E/bin/pip install compressai
"numpy<2"`` (6 GB). ``make nightly`` runs it if the variable SEMCODEC_COMPRESSAI names the Python of
such an environment.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

VARIABLE: Final = "SEMCODEC_COMPRESSAI"
MISSING: Final = f"set {VARIABLE} to the Python of an environment with compressai and numpy<2"
MODULE: Final = "compressai.utils.plot"
#: Metrics to draw, and the files that have them; painted pictures have no PSNR.
PLOTS: Final = {"psnr": "[!s]*.json", "ms-ssim": "[!s]*.json", "de16": "*.json"}
MIN_PNG: Final = 10_000  #: bytes of a plot that is not empty
SECONDS: Final = 300  #: allowed for one plot


def find_python() -> str | None:
    """Return the Python of the environment with CompressAI, or None."""
    return os.environ.get(VARIABLE) or None


def draw(python: str, results: Path, folder: Path) -> list[str]:
    """Draw the plots of a folder of ``semcodec bench`` as PNG, and return what went wrong."""
    problems = []
    for metric, pattern in PLOTS.items():
        files = sorted(map(str, (results / "compressai").glob(pattern)))
        out = folder / f"{metric}.png"
        command = [python, "-m", MODULE, "-f", *files, "-m", metric, "-o", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        if not files or done.returncode or not out.exists() or out.stat().st_size < MIN_PNG:
            problems.append(f"{metric}: {len(files)} files, {done.stderr.strip()[-500:]}")
    return problems


def measure(folder: Path) -> None:
    """Measure the bundled photographs with few settings."""
    photographs = Path(__file__).parents[1] / "embedded" / "semcodec_embedded" / "photos"
    command = [sys.executable, "-m", "semcodec", "bench", str(photographs), "-o", str(folder)]
    command += ["--k", "6,12", "--coding", "lexicon", "--metrics", "picture,baselines", "--no-page"]
    subprocess.run(command, check=True, capture_output=True)


def main() -> int:
    """Draw the plots; return 1 if one is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "results",
        metavar="OUT",
        nargs="?",
        type=Path,
        help="results of semcodec bench (default: the bundled photographs are measured)",
    )
    parser.add_argument(
        "--python", default=find_python(), help=f"Python with CompressAI (default: ${VARIABLE})"
    )
    parser.add_argument("--folder", type=Path, help="for the plots (default: a temporary folder)")
    args = parser.parse_args()
    if args.python is None:
        print(f"CompressAI's plotter is skipped: {MISSING}")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        results = args.results or Path(temporary) / "results"
        if args.results is None:
            measure(results)
        folder = args.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        problems = draw(args.python, results, folder)
    print("\n".join(problems) or f"{len(PLOTS)} plots")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
