"""Print the share of sentences whose words are selected right, and every miss.

    python bench/sentences.py [NAME ...]

The sentences are those of tests/words/sentences: numbers, negations, names, invisible characters,
subjects. The script measures the semcodec that is imported, so that two versions can be compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

RUNNER = Path(__file__).parents[1] / "tests/words/sentences/runner.py"


def load_runner() -> Any:
    """Return the module of the sentences, which uses the semcodec that is installed."""
    spec = importlib.util.spec_from_file_location("runner", RUNNER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["runner"] = module
    spec.loader.exec_module(module)
    return module


def main(names: list[str], *, verbose: bool) -> None:
    """Print a row for each file, and with ``verbose`` each sentence that is handled wrongly."""
    runner = load_runner()
    for name in names or sorted(path.stem for path in runner.FOLDER.glob("*.toml")):
        results = [(sentence.text, runner.failures(sentence)) for sentence in runner.load(name)]
        misses = [(text, problems) for text, problems in results if problems]
        right = len(results) - len(misses)
        print(f"{name:<12} {right:>4} of {len(results):>4}  {right / len(results):6.1%}")
        for text, problems in misses if verbose else ():
            print(f"  {text}", *problems, sep="\n    ")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="files to run (default: all)")
    parser.add_argument("--verbose", action="store_true", help="print each miss (default: off)")
    args = parser.parse_args()
    main(args.names, verbose=args.verbose)
