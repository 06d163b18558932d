"""The sizes of the extras of local models: how they are measured, and what documents state."""

from __future__ import annotations

import json
import re
from pathlib import Path

import install_size
import pytest
from install_size import megabytes, read_measured, read_packages

from semcodec.backends.local import catalog

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = {"Alpha_One": b"x" * 1000, "nvidia-beta": b"y" * 50}


def write_environment(folder: Path) -> None:
    """Write a virtual environment with two packages."""
    packages = folder / "lib/python3.11/site-packages"
    for name, content in DISTRIBUTIONS.items():
        info = packages / f"{name}-1.dist-info"
        info.mkdir(parents=True)
        (packages / f"{name}.py").write_bytes(content)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "RECORD").write_text(f"{name}.py,,\n{name}-gone.py,,\n")


def test_packages_of_a_report_have_the_sizes_of_their_files(tmp_path: Path) -> None:
    write_environment(tmp_path / "clean")
    wheel = tmp_path / "alpha one.whl"
    wheel.write_bytes(b"z" * 7)
    urls = {"Alpha_One": wheel.as_uri(), "nvidia-beta": "https://example.invalid/b.whl"}
    rows = [
        {"metadata": {"name": name, "version": "1"}, "download_info": {"url": urls[name]}}
        for name in DISTRIBUTIONS
    ]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"install": rows}))
    alpha, beta = read_packages(report, tmp_path / "clean")
    assert (alpha.name, alpha.wheel, alpha.disk, alpha.is_for_cuda) == ("alpha-one", 7, 1000, False)
    assert (beta.name, beta.wheel, beta.disk, beta.is_for_cuda) == ("nvidia-beta", 0, 50, True)


def test_result_that_is_kept_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = read_measured()
    monkeypatch.setattr(install_size, "FILE", tmp_path / "sizes.json")
    install_size.FILE.write_text("{}")
    for extra, packages in measured.items():
        install_size.write(extra, packages)
    assert read_measured() == measured


def test_pages_state_the_measured_sizes() -> None:
    local, light = (read_measured()[extra] for extra in ("local", "local-light"))
    cuda = [package for package in local if package.is_for_cuda]
    [torch] = [package for package in local if package.name == "torch"]
    page = (ROOT / "docs/local.md").read_text("utf-8")
    assert re.findall(r"^\| (.+) \| (\d+) \| (\d+) MB \|$", page, re.MULTILINE) == [
        ("all", str(len(local)), str(megabytes(local))),
        ("of these, for CUDA", str(len(cuda)), str(megabytes(cuda))),
        (f"torch {torch.version}", "1", str(megabytes([torch]))),
    ]
    size = f"{megabytes(light)} MB"
    for name in ("docs/local-light.md", "CHANGELOG.md"):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        [stated] = [line for line in lines if "pip install 'semcodec[local-light]'" in line]
        assert size in stated


def test_downloads_of_the_page_are_those_of_the_catalog() -> None:
    page = (ROOT / "docs/local.md").read_text("utf-8")
    models = catalog.load().models
    fetched = re.findall(
        r"^semcodec models fetch ([a-z0-9. -]+\S) +# ([\d.]+) GB", page, re.MULTILINE
    )
    assert len(fetched) == 5
    for names, size in fetched:
        disk = sum(models[name].disk_bytes for name in names.split()) / 1e9
        assert f"{disk:.1f}" == size
        row = rf"\| .*{size} GB.* \| .*\b{disk * 8 / 0.1 / 60:.0f} min"
        assert re.search(row, page)


def test_memory_on_the_page_is_that_of_the_catalog() -> None:
    page = " ".join((ROOT / "docs/local.md").read_text("utf-8").split())
    models = catalog.load().models
    small, text, klein = (
        models[name] for name in ("qwen3-vl-2b", "qwen3-vl-4b", "flux.2-klein-4b")
    )
    whole, part = klein.memory_bytes, klein.largest_part_bytes
    smallest, large = models["qwen3.5-0.8b"], models["qwen-image-2512"]
    sentences = {
        "{} of memory in 32 bits": 2 * small.memory_bytes["none"],
        "the same model in 4 bits ({} of weights)": small.memory_bytes["nf4"],
        "`qwen3.5-0.8b` ({})": smallest.memory_bytes["nf4"],
        "`--model qwen3.5-0.8b` ({} in 32 bits)": 2 * smallest.memory_bytes["none"],
        "Weights take {} at most at a time": max(part["nf4"], small.memory_bytes["nf4"]),
        "Weights take {} at a time": max(whole["int8"], text.memory_bytes["int8"]),
        "Both models together have {} of weights": whole["none"] + text.memory_bytes["none"],
        "is on the GPU: {} together": part["none"] + text.memory_bytes["none"],
        "({} with the model of texts)": whole["int8"] + text.memory_bytes["int8"],
        "Everything is on the GPU in 16 bits: {} of": whole["none"] + text.memory_bytes["none"],
        "qwen-image-2512 has {} of weights": large.memory_bytes["none"],
    }
    for sentence, number in sentences.items():
        assert sentence.format(f"{number / 1e9:.1f} GB") in page
    assert f"needs {2 * whole['none'] / 1e9:.0f} GB for the weights alone" in page
    known = sum(package.wheel for package in read_measured()["local"])
    assert f"`pip` downloads {known / 1e9:.1f} GB or more" in page


def test_classes_on_the_page_are_those_of_the_catalog() -> None:
    page = (ROOT / "docs/local.md").read_text("utf-8")
    rows = re.findall(r"^\| from ([\d.]+) GB \| (\S+) \| (\S+|the offline painter) \|", page, re.M)
    assert [(float(size) * 1e9, *names) for size, *names in rows] == [
        (one.min_bytes, one.defaults.text_model, one.defaults.image_model or "the offline painter")
        for one in catalog.load().classes[1:]
    ]


def test_pair_of_torch_and_torchvision_is_that_of_the_measurement() -> None:
    versions = {package.name: package.version for package in read_measured()["local"]}
    page = (ROOT / "docs/local.md").read_text("utf-8")
    assert f"torch {versions['torch']} and torchvision {versions['torchvision']} work" in page
