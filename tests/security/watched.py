"""Run command lines in a new process, and report the hosts and paths that it used.

``python -m tests.security.watched`` reads a list of command lines from stdin, as JSON, and prints
an object with the exit codes, the hosts that were looked up or connected to, and the paths that
were opened. An audit hook sees all of them, in any library, and cannot be removed.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

hosts: list[str] = []
paths: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Record the hosts and paths of audit events; see Python's table of audit events."""
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        hosts.append(str(address[0] if isinstance(address, tuple) else address))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        hosts.append(str(arguments[0]))
    elif event in ("urllib.Request", "http.client.connect", "ftplib.connect"):
        hosts.append(f"{event} {arguments[0]}")
    elif event in ("open", "os.listdir", "os.scandir", "os.link", "os.rename", "os.remove"):
        paths.extend(_name(value) for value in arguments if isinstance(value, str | bytes))
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        paths.append(f"{event} {arguments[0]!r} {arguments[1:2]!r}")


def _name(path: str | bytes) -> str:
    return os.fsdecode(path)


def run(command_lines: list[list[str]]) -> dict[str, Any]:
    """Run command lines, and return their exit codes, and all hosts and paths."""
    sys.addaudithook(watch)
    from semcodec.cli.main import main  # here, so that imports are watched too

    codes = [main(command_line) for command_line in command_lines]
    return {"codes": codes, "hosts": hosts, "paths": paths}


if __name__ == "__main__":
    command_lines = json.load(sys.stdin)
    out, sys.stdout = sys.stdout, sys.stderr  # the result is the only thing on stdout
    print(json.dumps(run(command_lines)), file=out)
