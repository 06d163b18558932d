"""Flags of ``os.open`` that some systems lack; 0 has no effect."""

from __future__ import annotations

import os
from typing import Final

from semcodec.backends.recording import file_lock

NO_LINK: Final = file_lock.NO_LINK  #: a symbolic link is an error
NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)  #: opening a pipe does not block
BINARY: Final = getattr(os, "O_BINARY", 0)  #: line ends stay as they are
