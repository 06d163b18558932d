"""``semcodec serve`` over local models in a process of its own, and clients of it.

The server runs with the Python of this process, which has the libraries of the models. Clients run
with the Python that SEMCODEC_CLIENT names (bench/local_models.py sets it), which has the package
``openai``; those tests are skipped without it.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from PIL import Image

ROOT: Final = Path(__file__).parents[2]
PATH: Final = os.pathsep.join([str(ROOT), str(ROOT / "embedded")])
MAX_SECONDS: Final = 600.0  #: for any step, on a busy machine
#: Prints "working" when a model has begun with a step or a token, and logs what is loaded.
SERVE: Final = """
import sys
from semcodec.backends import activity
from semcodec.__main__ import main
show = activity.show
def tell(text):
    show(text)
    if text.startswith(("step", "token", "word")):
        print("working", file=sys.__stdout__, flush=True)
    elif text.startswith("loading"):
        print(text, file=sys.__stderr__, flush=True)
activity.show = tell
sys.exit(main())
"""
#: Uses the package openai: chats about a picture, paints twice, and edits.
OPENAI: Final = """
import base64, json, sys, time
from openai import OpenAI
url, photo, size = sys.argv[1:]
client = OpenAI(base_url=url, api_key="none", max_retries=0)
data = open(photo, "rb").read()
url = "data:image/png;base64," + base64.b64encode(data).decode()
part = {"type": "image_url", "image_url": {"url": url}}
prompt = {"type": "text", "text": sys.stdin.read()}
result = {"models": [m.id for m in client.models.list()], "seconds": {}}
def measure(name, call):
    started = time.monotonic()
    value = call()
    result["seconds"][name] = round(time.monotonic() - started, 2)
    return value
def chat():
    answer = client.chat.completions.create(
        model="semcodec", messages=[{"role": "user", "content": [prompt, part]}])
    return answer.choices[0].message.content
def paint():
    made = client.images.generate(
        model="semcodec", prompt="a red boat", size=size, extra_body={"seed": 1})
    return made.data[0].b64_json
def edit():
    made = client.images.edit(
        model="semcodec", image=("a.png", data), prompt="make it blue",
        extra_body={"seed": 2})
    return made.data[0].b64_json
for name, call in (("chat", chat), ("paint", paint), ("edit", edit)):
    result[name] = [measure(name + " first", call), measure(name + " second", call)]
print(json.dumps(result))
"""


@dataclass
class Served:
    """A running server.

    Attributes:
        url: its base URL for clients.
        process: prints a line when a model begins to work.
        log: what it prints to stderr, and a line for each model that is loaded.
    """

    url: str
    process: subprocess.Popen[str]
    log: Path

    def send(self, path: str, content: Any) -> tuple[int, Any]:
        """Send a request in JSON, and return the status and the JSON of the response."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=MAX_SECONDS)
        kind = {"content-type": "application/json"}
        connection.request("POST", f"/v1/{path}", json.dumps(content), kind)
        response = connection.getresponse()
        found = response.status, json.loads(response.read())
        connection.close()
        return found

    def wait_for_work(self) -> None:
        """Return when a model begins with a step or a token."""
        assert self.process.stdout is not None
        while (line := self.process.stdout.readline()) != "working\n":
            assert line, "the server has ended"

    def interrupt(self) -> int:
        """Send what Ctrl-C sends, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(MAX_SECONDS)


@contextmanager
def serving(options: Sequence[str], folder: Path) -> Iterator[Served]:
    """Run ``semcodec serve`` with ``options`` on a free port."""
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", "0", *options],
            env=os.environ | {"PYTHONPATH": PATH},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:"), (folder / "serve.log").read_text()
            yield Served(url, process, folder / "serve.log")
        finally:
            process.kill()
            process.wait(MAX_SECONDS)
            process.stdout.close()


def client_python() -> str:
    """Return the Python of clients; skip the test if it lacks the package openai."""
    python = os.environ.get("SEMCODEC_CLIENT") or sys.executable
    if subprocess.run([python, "-c", "import openai"], capture_output=True, check=False).returncode:
        pytest.skip("needs the package openai: name a Python with it in SEMCODEC_CLIENT")
    return python


def use_official_client(url: str, photo: Path, prompt: str, size: tuple[int, int]) -> Any:
    """Return what the package openai gets from a server, and how long each request takes."""
    command = [client_python(), "-c", OPENAI, url, str(photo), "{}x{}".format(*size)]
    done = subprocess.run(
        command, input=prompt, capture_output=True, text=True, timeout=MAX_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_semcodec(python: str, arguments: Sequence[str], folder: Path) -> str:
    """Run the command line in ``folder``, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": PATH, "SEMCODEC_CONFIG": str(folder / "none.toml")}
    command = [python, "-m", "semcodec", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=MAX_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def open_base64(text: str) -> Image.Image:
    """Return the picture in a response."""
    return Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
