"""``python -m semcodec`` is the command ``semcodec``."""

from __future__ import annotations

import sys

from semcodec.cli import main

sys.exit(main())
