"""Run the command line as ``python -m semcodec``."""

from __future__ import annotations

import sys

from semcodec.cli import main

sys.exit(main())
