"""Encode a folder of photographs with Ray Data: a program to start from.

    python docs/bulk_ray_data.py photos records.parquet --workers 2

Each worker loads the models once. A photograph that fails is a row with its message. The columns
are declared, because one that is all null would have the type null, and the folder could not be
read. Run it again to continue: photographs that have a row are left out. Unlike ``semcodec bulk``,
a killed run loses the blocks that are not written, and nothing limits what all workers spend.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before the import

import ray
import ray.data

SCHEMA = pa.schema(
    [("path", pa.string()), ("record", pa.binary()), ("words", pa.string()), ("error", pa.string())]
)


class Encoder:
    """Encodes batches of photographs in one worker."""

    def __init__(self) -> None:
        import semcodec

        self._semcodec = semcodec

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Return the rows of the photographs with these paths."""
        rows = [self._encode(path) for path in batch["path"].to_pylist()]
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _encode(self, path: str) -> dict[str, Any]:
        try:
            encoded = self._semcodec.encode(path, framing="bare")
        except self._semcodec.SemcodecError as error:
            return {"path": path, "record": None, "words": None, "error": str(error)}
        words = encoded.record.text
        return {"path": path, "record": encoded.data, "words": words, "error": ""}


def main() -> None:
    """Encode what has no row yet."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", type=Path, help="folder of photographs")
    parser.add_argument("output", type=Path, help="folder of Parquet files")
    parser.add_argument("--workers", type=int, default=2, help="actors (default: 2)")
    args = parser.parse_args()
    done: set[str] = set()
    for part in args.output.glob("*.parquet"):
        done.update(pq.read_table(part, columns=["path"])["path"].to_pylist())
    found = (str(path) for path in args.source.rglob("*") if path.suffix in (".jpg", ".png"))
    left = sorted(set(found) - done)
    print(f"{len(done)} done before, {len(left)} left")
    if left:
        dataset = ray.data.from_arrow(pa.table({"path": left})).repartition(max(1, len(left) // 8))
        # Half a processor each for the scheduler: workers that have all of them would wait for
        # ever for the tasks that write their rows.
        rows = dataset.map_batches(
            Encoder, batch_format="pyarrow", batch_size=8, concurrency=args.workers, num_cpus=0.5
        )
        rows.write_parquet(str(args.output), mode="append")


if __name__ == "__main__":
    main()
