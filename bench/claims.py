"""Print how many times smaller records are than the files of other codecs, and the assumptions.

semcodec bench DIR -o OUT
python bench/claims.py OUT/results.json [--setting ID]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from semcodec.measure import claims
from semcodec.measure.results import Results


def main() -> None:
    """Print the table of each setting, or of one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", metavar="RESULTS", type=Path, help="results of semcodec bench")
    parser.add_argument("--setting", metavar="ID", help="one setting (default: all)")
    args = parser.parse_args()
    results: Results = json.loads(args.results.read_text("utf-8"))
    for setting in [args.setting] if args.setting else [one["id"] for one in results["settings"]]:
        records = claims.summarize_records(results, setting)
        print(f"## {records.label}\n")
        print(claims.to_markdown(records, claims.compare(results, setting)))


if __name__ == "__main__":
    main()
