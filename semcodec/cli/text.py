"""``skeleton`` and ``decompress``: convert words to skeletons, and skeletons to words."""

from __future__ import annotations

import argparse

import semcodec
from semcodec.cli import files, word_costs
from semcodec.cli.output import print_result, print_status
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add both commands to the parser."""
    parser = add_command(
        commands,
        "skeleton",
        skeleton,
        summary="print the consonant skeletons of words",
        usage="TEXT...",
        examples=(
            "semcodec skeleton indian traditional arch window",
            "echo red boat | semcodec skeleton -",
        ),
    )
    parser.add_argument("text", metavar="TEXT", nargs="+", type=str, help="words; - for stdin")
    parser = add_command(
        commands,
        "decompress",
        decompress,
        summary="print the most likely words for skeletons",
        usage="TEXT...",
        examples=(
            "semcodec decompress ndn trdtnl rch vndv",
            "echo rd bt | semcodec decompress -",
        ),
    )
    parser.add_argument("text", metavar="TEXT", nargs="+", type=str, help="skeletons; - for stdin")


def skeleton(args: argparse.Namespace) -> int:
    """Print the skeletons of a text, and a notice about words that have none."""
    text = files.read_text(args.text)
    print_result(semcodec.skeleton(text))
    if notice := word_costs.find_lost_words(text):
        print_status(f"Note: {notice}")
    return DONE


def decompress(args: argparse.Namespace) -> int:
    """Print the words restored from skeletons."""
    print_result(" ".join(semcodec.decompress(files.read_text(args.text))))
    return DONE
