"""Run the command line: the program ``semcodec`` and ``python -m semcodec`` begin here."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line ``sys.argv`` and return its exit code.

    The imports take up to half a second, before any command can handle Ctrl-C.
    """
    try:
        from semcodec.cli import main as run
    except KeyboardInterrupt:
        exec("")  # noqa: S102  # python -m would kill itself otherwise; see semcodec/cli/main.py
        print("semcodec: Interrupted.", file=sys.stderr)
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
