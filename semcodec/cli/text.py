"""``skeleton`` and ``decompress``: convert words to skeletons, and skeletons to words."""

from __future__ import annotations

import argparse
import textwrap

import semcodec
from semcodec.cli import files, word_costs
from semcodec.cli.output import line_width, print_result, print_status
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.words import Reading


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
        description="Print the most likely words for skeletons. A skeleton that no known word has "
        "is taken for one with a slip: two letters swapped, one too many, one or several missing.",
        examples=(
            "semcodec decompress ndn trdtnl rch vndv",
            "semcodec decompress --readings ndn trdtln rch wndw lt shdw",
        ),
    )
    parser.add_argument("text", metavar="TEXT", nargs="+", type=str, help="skeletons; - for stdin")
    parser.add_argument(
        "--readings",
        action="store_true",
        help="print all words that each skeleton may stand for, with their costs in bits and their "
        "slips, instead of the best word of each (default: off)",
    )


def skeleton(args: argparse.Namespace) -> int:
    """Print the skeletons of a text, and a notice about words that have none."""
    text = files.read_text(args.text)
    print_result(semcodec.skeleton(text))
    if notice := word_costs.find_lost_words(text):
        print_status(f"Note: {notice}")
    return DONE


def decompress(args: argparse.Namespace) -> int:
    """Print the words restored from skeletons, or the readings of each skeleton."""
    text = " ".join(files.read_text(args.text).split())  # pasted lines are one list
    if args.readings:
        print_result(_format_readings(semcodec.readings(text)))
    else:
        print_result(" ".join(semcodec.decompress(text)))
    return DONE


def _format_readings(lists: list[list[Reading]]) -> str:
    """Return a paragraph for each skeleton: the skeleton, and its readings, the best first."""
    column = max((len(found[0].skeleton) for found in lists), default=0) + 2
    return "\n".join(
        textwrap.fill(
            ", ".join(map(str, found)),
            line_width(),
            initial_indent=f"{found[0].skeleton:<{column}}",
            subsequent_indent=" " * column,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for found in lists
    )
