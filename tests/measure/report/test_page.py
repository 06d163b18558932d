"""The page of a measurement: what it contains, what it leaves out, and how large it is."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import sys
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

import semcodec
from semcodec.errors import BackendError
from semcodec.measure.report import images as page_images
from semcodec.measure.report import make_page, page, privacy_note
from semcodec.measure.results import Results
from tests.icc_profiles import rgb_profile
from tests.measure.report.example import failed, make_results

DATA = re.compile(r'src="data:image/webp;base64,([^"]*)"')
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


class Drawing(NamedTuple):
    """A plot, as ``make_page`` takes it."""

    title: str
    alt: str
    svg: str


class Reader(HTMLParser):
    """Collects the tags of a page and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return make_results(tmp_path)


def images(text: str) -> list[bytes]:
    """Return the files of the images in a page."""
    return list(map(base64.b64decode, DATA.findall(text)))


# --- what it contains ----------------------------------------------------------------------------


def test_headline_counts_whole_files(results: Results, tmp_path: Path) -> None:
    """Records of 9, 10 and 9 bytes; JPEG files of 5,000 and 30,000 bytes each."""
    sizes = [each["results"][1]["rate"]["file_bits"] // 8 for each in results["photographs"]]
    assert sizes == [9, 10, 9]
    text = make_page(results, tmp_path)
    numbers = re.findall(r"<dd>([\d.,]+(?: ×)?)</dd></div>", text[: text.index("gallery-title")])
    assert numbers == ["3", "9.33", "71.9", "536 ×", "3,214 ×"]
    assert "Setting: lexicon, 12 words." in text


def test_every_setting_metric_and_codec_is_in_a_table(results: Results, tmp_path: Path) -> None:
    text = Reader(make_page(results, tmp_path)).text
    for expected in (
        "lexicon, 6 words", "color distance", "What color distance means.", "JPEG q1", "JPEG q75",
        "5-bit letters", "squeezenet 1", "pyiqa is not installed", "semcodec bench --k 6,12",
        "the painter's seed", "A description of red boat lake.", "semcodec/bench/1",
    ):  # fmt: skip
        assert expected in text
    assert re.search(r"color distance less is better\n?30.0\n?21.9", text)


def test_bytes_of_each_record_are_shown_by_part(results: Results, tmp_path: Path) -> None:
    text = make_page(results, tmp_path)
    assert 'alt="Picture painted from: red boat lake"' in text
    assert 'alt="Photograph boat.jpg"' in text
    record = results["photographs"][0]["results"][1]["record"]
    found = re.search(r'<ol class="parts".*?s1.*?</ol>', text, re.S) or re.search("", "")
    parts = re.findall(r"<span>(\w+)</span><code>([0-9a-f ]+)</code>", text)
    assert found
    assert ("magic", "b5 1a") in parts
    assert {name for name, _ in parts} == {"magic", "header", "size", "payload", "check"}
    assert record in "".join(code for _, code in parts).replace(" ", "")


def test_errors_failed_settings_and_notices_are_shown(results: Results, tmp_path: Path) -> None:
    results["photographs"].append(failed("broken.jpg", "Cannot read /home/ann/broken.jpg: empty."))
    results["photographs"][0]["failed"] = {"lexicon-k6-off": "The painter failed."}
    results["photographs"][1]["results"][0]["notices"] = ["The color profile was ignored."]
    made = make_page(results, tmp_path)
    text = Reader(made).text
    assert "Cannot read broken.jpg: empty." in text
    assert "1 photograph, not counted in any mean: broken.jpg" in text
    assert 'class="error on s0"><strong>Error.</strong> <bdi>The painter failed.' in made
    assert "Notice. The color profile was ignored." in text
    assert made.count("data-problem>") == 3


def test_equal_pictures_are_stored_once(results: Results, tmp_path: Path) -> None:
    first, second = results["photographs"][0]["results"]
    (tmp_path / str(second["picture_file"])).write_bytes(
        (tmp_path / str(first["picture_file"])).read_bytes()
    )
    text = make_page(results, tmp_path)
    assert len(images(text)) == 8
    assert 'class="picture on s0 s1"' in text


def test_plots_are_drawings_in_the_page(results: Results, tmp_path: Path) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"><title>{}</title><path d="M0 0"/></svg>'
    )
    plots = {
        name: Drawing(f"Title {name}", "", svg.format(name))
        for name in ("figure-1", "breakdown", "curve-f1")
    }
    text = make_page(results, tmp_path, plots=plots)
    places = [text.index(f"<title>{name}</title>") for name in plots]
    assert places == sorted(places)
    assert places[0] < text.index('id="gallery"') < places[1] < text.index('id="fidelity"')
    assert "<figcaption>Title figure-1</figcaption>" in text


def test_page_is_the_same_each_time(results: Results, tmp_path: Path) -> None:
    assert make_page(results, tmp_path) == make_page(results, tmp_path)


@pytest.mark.parametrize("names", [(), ("one.jpg",)])
def test_no_photograph_or_only_failed_ones(tmp_path: Path, names: tuple[str, ...]) -> None:
    results = make_results(tmp_path, ())
    results["photographs"] = [failed(name, "It is empty.") for name in names]
    text = Reader(make_page(results, tmp_path)).text
    assert "Rates" in text
    assert all(f"{name}\n" in text for name in names)


def test_missing_and_damaged_files_are_left_out(results: Results, tmp_path: Path) -> None:
    first, second, third = results["photographs"]
    (tmp_path / str(first["photograph_file"])).unlink()
    (tmp_path / str(first["results"][1]["picture_file"])).unlink()
    (tmp_path / str(second["results"][1]["picture_file"])).write_bytes(b"RIFF")
    (tmp_path / str(third["results"][1]["trace_file"])).write_bytes(b'{"encode": {"stages": [3]}}')
    third["results"][1]["picture_file"] = None
    third["results"][0]["trace_file"] = None
    text = make_page(results, tmp_path)
    assert len(images(text)) == 5
    assert text.count("not painted") == 2
    assert text.count("cannot be read") == 1
    assert "photograph not stored" in text


# --- what it must not contain --------------------------------------------------------------------


def test_page_loads_and_runs_nothing_else(results: Results, tmp_path: Path) -> None:
    text = make_page(results, tmp_path)
    policy = next(
        str(attributes["content"])
        for tag, attributes in Reader(text).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    [script] = re.findall("<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    for tag, attributes in Reader(text).tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "video", "audio")
        assert str(attributes.get("src", "data:")).startswith("data:image/webp;base64,") or (
            "src" not in attributes
        )
        assert str(attributes.get("href", "#")).startswith("#")
    assert "url(" not in text
    assert "@import" not in text


def test_hostile_text_makes_no_element(results: Results, tmp_path: Path) -> None:
    expected = sorted({tag for tag, _ in Reader(make_page(results, tmp_path)).tags})
    count = make_page(results, tmp_path).count("<script")
    photograph = results["photographs"][0]
    photograph["name"] = photograph["description"] = HOSTILE
    photograph["results"][1]["words"] = [HOSTILE, "</style>"]
    photograph["results"][1]["notices"] = [HOSTILE]
    photograph["results"][1]["text_coders"] = {HOSTILE: 3}
    photograph["results"][1]["retrieval"] = {HOSTILE: 3}
    photograph["results"][1]["rate"]["out_of_band"] = [HOSTILE]
    photograph["baselines"][0]["codec"] = photograph["baselines"][0]["setting"] = HOSTILE
    photograph["failed"] = {"lexicon-k6-off": HOSTILE}
    results["settings"][0]["label"] = HOSTILE
    results["metrics"][0] |= {"label": HOSTILE, "explanation": HOSTILE, "model": HOSTILE}
    results["command"] = results["version"] = results["schema"] = HOSTILE
    results["backends"] = results["skipped"] = {HOSTILE: HOSTILE}
    results["retrieval"][0]["model"] = HOSTILE
    plots = {"figure-1": Drawing(HOSTILE, HOSTILE, "<svg><title>&lt;script></title></svg>")}
    text = make_page(results, tmp_path, plots=plots)
    reader = Reader(text)
    assert sorted({tag for tag, _ in reader.tags}) == sorted({*expected, "svg", "title"})
    assert text.count("<script") == count == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name[:2] == "on"]
    assert "alert(1)" in reader.text


def test_only_our_own_files_and_drawings_are_not_escaped() -> None:
    template = resources.files("semcodec.measure.report") / "templates" / "page.html.j2"
    unescaped = re.findall(r"{{([^}]*\| *safe[^}]*)}}", template.read_text("utf-8"))
    assert sorted(map(str.strip, unescaped)) == ["script | safe", "style | safe", "svg | safe"]
    assert "autoescape" not in template.read_text("utf-8")


def test_folders_prompts_and_addresses_are_left_out(results: Results, tmp_path: Path) -> None:
    """The trace of the example has a path, a prompt, a response, an address and a key."""
    results["photographs"][0]["name"] = "C:\\Users\\ann\\boat.jpg"
    results["backends"]["describer"] = "/home/ann/models/qwen.gguf at http://10.0.0.7:8080/v1"
    text = make_page(results, tmp_path)
    assert "SECRET" not in text
    assert "ann" not in re.sub("cannot|planned|channel", "", text)
    assert "10.0.0.7" not in text
    assert str(tmp_path) not in text
    assert ">qwen.gguf, 1 request<" in text
    assert ">boat.jpg<" in text


def test_photographs_can_be_left_out(results: Results, tmp_path: Path) -> None:
    everything = set(images(make_page(results, tmp_path)))
    assert set(images(make_page(results, tmp_path, originals=False))) < everything
    for photograph in results["photographs"]:  # the files are not even read
        path = tmp_path / str(photograph["photograph_file"])
        path.unlink()
        path.mkdir()
    text = make_page(results, tmp_path, originals=False)
    assert len(everything) == 9
    assert len(images(text)) == 6
    assert set(images(text)) < everything
    assert 'class="original"' not in text
    assert "the photographs themselves are left out" in text


def test_note_on_privacy_states_what_is_in_the_page(results: Results) -> None:
    results["photographs"].append(failed("broken.jpg", "It is empty."))
    assert privacy_note(results).startswith("This page contains 3 photographs, reduced to 384 pix")
    assert "--no-originals" in privacy_note(results)
    assert "the names of 4 photographs" in privacy_note(results, originals=False)


def test_thumbnails_have_pixels_alone(results: Results, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    path = tmp_path / str(results["photographs"][0]["photograph_file"])
    profile = rgb_profile("ProPhoto")
    Image.new("RGB", (900, 600), "red").save(path, exif=exif, icc_profile=profile)
    for data in images(make_page(results, tmp_path)):
        assert b"at home" not in data
        assert b"EXIF" not in data
        assert b"ICCP" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert max(image.size) <= 384


@pytest.mark.parametrize(
    "name", ["../secret.png", "/{folder}/secret.png", "a/../../secret.png", "\0"]
)
def test_files_outside_the_folder_are_not_shown(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "results"
    results = make_results(folder, ("one.jpg",), settings=1)
    (folder / "a").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    photograph = results["photographs"][0]
    photograph["photograph_file"] = name.format(folder=tmp_path)
    photograph["results"][0]["picture_file"] = photograph["photograph_file"]
    photograph["results"][0]["record"] = "no digits"
    text = make_page(results, folder)
    assert images(text) == []
    assert "not painted" in text


@pytest.mark.parametrize("name", ["../secret.json", "/{folder}/secret.json"])
def test_traces_outside_the_folder_are_not_shown(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "results"
    results = make_results(folder, ("one.jpg",), settings=1)
    trace = {"stages": [{"name": "secret stage", "model": "m", "seconds": 1.0}]}
    (tmp_path / "secret.json").write_text(json.dumps(trace))
    result = results["photographs"][0]["results"][0]
    result["trace_file"] = name.format(folder=tmp_path)
    assert "secret stage" not in make_page(results, folder)
    shutil.copy(tmp_path / "secret.json", folder)
    result["trace_file"] = "secret.json"
    assert "secret stage" in make_page(results, folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_instead_of_a_file_is_not_opened(tmp_path: Path) -> None:
    results = make_results(tmp_path, ("one.jpg",), settings=1)
    os.mkfifo(tmp_path / "pipe")
    photograph = results["photographs"][0]
    photograph["photograph_file"] = "pipe"
    photograph["results"][0]["picture_file"] = photograph["results"][0]["trace_file"] = "pipe"
    assert images(make_page(results, tmp_path)) == []


# --- how large it is -----------------------------------------------------------------------------


def add_noise(folder: Path) -> None:
    """Replace all images by noise, which no codec makes small."""
    for number, path in enumerate(sorted(folder.glob("p*/*.png"))):
        noise = hashlib.shake_256(bytes([number])).digest(300 * 200 * 3)
        Image.frombytes("RGB", (300, 200), noise).resize((600, 400)).save(path)


def test_images_are_reduced_until_they_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = make_results(tmp_path, ("noise.jpg",), settings=1)
    add_noise(tmp_path)
    flat = tmp_path / str(results["photographs"][0]["photograph_file"])
    Image.new("RGB", (9, 9)).save(flat)
    monkeypatch.setattr(page_images, "MAX_SAMPLE", 1)  # the flat image, so the estimate is too low
    whole = make_page(results, tmp_path)
    assert "Images are reduced" not in whole
    limit = len(whole.encode()) - sum(map(len, DATA.findall(whole))) * 3 // 4
    monkeypatch.setattr(page, "SMALL_PAGE_BYTES", limit)
    monkeypatch.setattr(page, "BYTES_PER_PHOTOGRAPH", 1)
    monkeypatch.setattr(page, "MIN_IMAGE_BYTES", 1)
    reduced = make_page(results, tmp_path)
    assert len(reduced.encode()) <= limit
    assert re.search(r"Images are reduced to \d+ pixels at WebP quality \d+", reduced)


def test_first_photographs_are_shown_of_many(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MAX_RESULTS", 4)
    monkeypatch.setattr(page, "MAX_TRACED_RESULTS", 3)
    text = Reader(make_page(results, tmp_path)).text
    assert "The first 2 of 3 photographs are shown" in text
    assert "Stages of encoding and decoding are left out" in text
    assert "Stages, seconds" not in text
    assert "man.png" not in text
    assert "Means over 3 photographs" in text


def test_page_needs_jinja2(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page._environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[report\]'"):
        make_page(results, tmp_path)


def test_settings_without_words_or_rates(tmp_path: Path) -> None:
    """A record may have no word, and a measurement no baselines and no metrics."""
    results = make_results(tmp_path, ("empty.jpg",), settings=1)
    photograph = results["photographs"][0]
    data = semcodec.pack("", framing="file")
    photograph["results"][0] |= {"words": [], "record": data.hex()}
    del photograph["results"][0]["retrieval"]
    photograph["baselines"], results["metrics"], results["retrieval"] = [], [], []
    text = make_page(results, tmp_path)
    assert "smaller than JPEG" not in text
    assert "Fidelity" not in text
    assert ">Enlarge<" in text
