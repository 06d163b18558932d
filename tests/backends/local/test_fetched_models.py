"""A pipeline that was fetched from a hub on 127.0.0.1 is found, loaded and run by ``local``.

With PyTorch and diffusers, on a tiny pipeline made here; ``make nightly`` runs this file with the
Python that SEMCODEC_LOCAL names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.local import LocalBackend, catalog, fetching, models
from semcodec.backends.local.store import ModelStore
from semcodec.errors import BackendError
from tests.backends.local.fake_hub import FakeHub

REASON = "needs 'semcodec[local]'; make nightly runs it"
pytest.importorskip("torch", reason=REASON)
pytest.importorskip("diffusers", reason=REASON)
tiny_models: Any = pytest.importorskip("tiny_models", reason=REASON)

pytestmark = pytest.mark.filterwarnings("default")  # those of the libraries are theirs
MODEL = catalog.find("flux.2-klein-4b")


def test_fetched_pipeline_paints(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "STORE", ModelStore())
    tiny_models.make_pipelines(tmp_path)
    folder = tmp_path / "klein"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*")}
    hub.add(MODEL.repository, {name: path.read_bytes() for name, path in files.items()})
    local = LocalBackend(device="cpu", image_model=MODEL.name, steps=1)
    with pytest.raises(BackendError, match="semcodec models fetch"):
        local.paint("a red boat", (512, 512), 1)

    fetching.fetch(MODEL, fetching.plan_download(MODEL))
    hub.forget()
    assert local.dependencies()["image"]["revision"] == MODEL.revision
    picture = local.paint("a red boat", (512, 512), 1)
    assert picture.size == (512, 512)
    assert picture.tobytes() == local.paint("a red boat", (512, 512), 1).tobytes()
    assert hub.paths == []  # only fetch sends requests
