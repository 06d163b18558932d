"""Installations of ``local`` that are damaged, and drivers that fail."""

from __future__ import annotations

import sys

import pytest
from PIL import Image

import semcodec
from semcodec.backends.local import devices
from semcodec.errors import BackendError
from tests.backends.local.fake_libraries import Machine

PHOTO = Image.new("RGB", (64, 64), "red")


@pytest.mark.parametrize(
    "error", [KeyError("boom"), SyntaxError("boom"), SystemExit("boom"), OSError("\x1b[31mboom\n")]
)
def test_package_that_fails_in_any_way_is_one_message(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    class Broken:
        def find_spec(self, name: str, *args: object) -> None:
            if name == "torch":
                raise error

    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(BackendError, match=r"^The package torch .*boom.*: reinstall ") as caught:
        semcodec.encode(PHOTO, backend="local")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("broken", ["is_available", "get_device_properties", "cuda"])
def test_driver_that_fails_is_one_message(
    gpu: Machine, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("CUDA error: no kernel image\nCompile with TORCH_USE_CUDA_DSA")

    torch = sys.modules["torch"]
    if broken == "cuda":
        monkeypatch.delattr(torch, broken)  # as the folder that half an uninstallation leaves
    else:
        monkeypatch.setattr(torch.cuda, broken, fail)
    devices._describe_device.cache_clear()
    with pytest.raises(BackendError, match="add --device cpu") as caught:
        semcodec.encode(PHOTO, backend="local")
    assert "\n" not in str(caught.value)
    assert devices.find_device("cpu").kind == "cpu"
