"""``bench``: each photograph described once, each setting measured, and runs that continue."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.bulk.digests import digest_values
from semcodec.errors import BackendError, InputError
from semcodec.measure import baselines, plots, report
from tests import images
from tests.cli.conftest import SCHEMAS, Run

TEXT = "A red boat with a white sail on a calm blue lake, and two people near green trees."


class Model:
    """A describer, locator, writer and painter that counts its calls, and fails on request."""

    name = "counted"
    calls: list[str] = []  # noqa: RUF012  # shared on purpose
    errors: dict[str, Exception] = {}  # noqa: RUF012  # by the beginning of the call

    def describe(self, image: Image.Image) -> str:
        self._count("describe")
        return TEXT

    def locate(self, image: Image.Image, words: Sequence[str]) -> list[list[tuple[float, ...]]]:
        self._count(f"locate {' '.join(words)}")
        return [[(0.1, 0.2, 0.5, 0.8)] if word == "boat" else [] for word in words]

    def select(self, description: str, k: int) -> list[str]:
        self._count(f"select {k}")
        return semcodec.select(description, k, coding="lexicon")

    def decompress(self, skeletons: list[str]) -> list[str]:
        return semcodec.decompress(" ".join(skeletons))

    def expand(self, words: list[str]) -> str:
        return " ".join(words)

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self._count(f"paint {prompt}")
        image = images.scene(size)
        image.putpixel((0, 0), (len(prompt), 0, 0))
        return image

    def _count(self, call: str) -> None:
        self.calls.append(call)
        for start, error in self.errors.items():
            if call.startswith(start):
                raise error


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for number in (1, 2):
        photograph = images.scene((96 * number, 64 * number))
        Path(f"photos/photo{number}.png").write_bytes(images.encode_image(photograph, "PNG"))
    monkeypatch.setitem(registry.BUILT_IN, "counted", Model)
    monkeypatch.setattr(Model, "calls", [])
    monkeypatch.setattr(Model, "errors", {})


@pytest.fixture
def bench(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that measures the two photographs, without what takes seconds."""
    monkeypatch.setattr(
        baselines, "CODECS", [each for each in baselines.CODECS if each.name == "JPEG"]
    )
    monkeypatch.setattr(plots, "draw_all", lambda content, folder: {})
    monkeypatch.setattr(report, "make_page", make_page)
    options = "--backend", "counted", "--paint-size", "48", "--metrics", "words,picture"
    return lambda *argv: run("bench", "photos", "-o", "out", *options, *argv)


def make_page(content: Any, folder: Path, **options: Any) -> str:
    """Return what the page would be made of."""
    return json.dumps([len(content["photographs"]), str(folder), options])


def results() -> Any:
    """Return the results, which must match the published schema."""
    content = json.loads(Path("out/results.json").read_bytes())
    schema = json.loads((SCHEMAS / "bench-1.json").read_bytes())
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(content)
    return content


def counts() -> Counter[str]:
    return Counter(call.split()[0] for call in Model.calls)


def without_seconds(value: Any) -> Any:
    """Return a JSON value without the keys that end in ``seconds``."""
    if isinstance(value, dict):
        pairs = value.items()
        return {key: without_seconds(each) for key, each in pairs if not key.endswith("seconds")}
    return [without_seconds(each) for each in value] if isinstance(value, list) else value


# --- what is measured ----------------------------------------------------------------------------


def test_each_setting_has_the_record_that_encode_writes(bench: Run) -> None:
    Path("photos/photo2.png").unlink()
    layers = "--layers", "off", "--layers", "layout,colors:2"
    code, out, _ = bench("--k", "2,6", "--coding", "lexicon,bag", *layers)
    assert code == 0
    found = results()
    assert [setting["id"] for setting in found["settings"]][:3] == [
        "lexicon-k2-off", "lexicon-k6-off", "lexicon-k2-layout-colors2",
    ]  # fmt: skip
    for photograph in found["photographs"]:
        data = Path(f"photos/{photograph['name']}.png").read_bytes()
        for setting, result in zip(found["settings"], photograph["results"], strict=True):
            arguments = {name: setting[name] for name in ("coding", "k", "layers")}
            encoded = semcodec.encode(data, backend=Model(), **arguments)
            assert bytes.fromhex(result["record"]) == encoded.data
            assert (Path("out") / result["record_file"]).read_bytes() == encoded.data
            assert result["words"] == encoded.record.words
            assert result["rate"]["file_bits"] == 8 * len(encoded.data)
    assert "lexicon, 6 words, layout,colors:2" in out


def test_photograph_is_described_once_and_equal_records_are_painted_once(bench: Run) -> None:
    bench("--k", "6,500,999", "--coding", "lexicon", "--layers", "off")
    assert counts()["describe"] == 2
    assert counts()["paint"] == 4  # 500 and 999 words are the same words
    [first, _] = results()["photographs"]
    names = [result["picture_file"] for result in first["results"]]
    assert names[1] == names[2] != names[0]
    with Image.open(Path("out") / names[0]) as picture:
        assert picture.size == (48, 32)
    assert (
        semcodec.unpack((Path("out") / names[0]).read_bytes()).words == first["results"][0]["words"]
    )


def test_all_files_are_made_of_the_results(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon"
    code, out, _ = bench(*options, "--no-originals")
    assert code == 0
    assert "Open out/index.html to see each photograph" in out
    shown = " ".join(out.split())
    assert "the photographs themselves are left out" in shown
    assert "In out: results.json, results.csv, table.tex, and compressai/ for its plotter." in shown
    assert json.loads(Path("out/index.html").read_text()) == [
        2, "out", {"originals": False, "plots": {}}
    ]  # fmt: skip
    names = {path.name for path in Path("out").iterdir()}
    assert {"results.json", "results.csv", "table.tex"} <= names
    assert {path.name for path in Path("out/compressai").iterdir()} == {
        "semcodec-lexicon.json", "jpeg.json"
    }  # fmt: skip
    assert not [*Path("out").rglob("photograph.png")]
    assert all(each["photograph_file"] is None for each in results()["photographs"])
    Path("out/index.html").unlink()
    assert "index.html" not in bench(*options, "--no-page")[1]
    assert not Path("out/index.html").exists()


def test_results_state_the_command_without_names_of_folders(bench: Run) -> None:
    Path("words").mkdir()
    Path("words/a.txt").write_text("a red boat")
    options = "--k", "2,6", "--layers", "off", "--coding", "bag"
    bench(*options, "--texts", "words")
    assert results()["command"] == (
        "semcodec bench DIR -o OUT --k 2,6 --coding bag --layers off --paint-size 48 "
        "--metrics words,picture --texts DIR --backend counted"
    )


def test_files_of_an_earlier_run_do_not_stay_beside_other_results(
    bench: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "draw_all", lambda content, folder: {"figure-1": "", "curve": ""})
    bench("--k", "2", "--layers", "off", "--coding", "lexicon,bag")
    out = Path("out")
    for name in ("curve.svg", "figure-1.svg", "figure-1.png", "notes.txt"):
        (out / name).touch()
    (out / "compressai/published.json").touch()
    assert [*out.rglob("photograph.png")]
    monkeypatch.setattr(plots, "draw_all", lambda content, folder: {})
    bench("--k", "2", "--layers", "off", "--coding", "bag", "--no-originals", "--no-page")
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {name for name in files if not name.startswith("photographs/")} == {
        "bench.json", "results.json", "results.csv", "table.tex", "notes.txt",
        "compressai/semcodec-bag.json", "compressai/jpeg.json", "compressai/published.json",
    }  # fmt: skip
    assert not [name for name in files if name.endswith("photograph.png")]


def test_mark_of_another_origin_deletes_no_other_files(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "bag"
    bench(*options)
    mark = json.loads(Path("out/bench.json").read_bytes())
    names = ["../photos/photo1.png", str(Path("photos/photo1.png").resolve()), "photographs", 1]
    Path("out/bench.json").write_text(json.dumps({**mark, "files": names}))
    assert bench(*options)[0] == 0
    assert Path("photos/photo1.png").exists()
    assert Path("out/photographs").is_dir()


def test_no_file_behind_a_link_is_deleted(bench: Run) -> None:
    options = "--k", "2", "--layers", "off"
    bench(*options)
    Path("out/compressai").rename("elsewhere")
    Path("out/compressai").symlink_to("../elsewhere")
    bench(*options, "--coding", "bag")
    assert Path("elsewhere/semcodec-lexicon.json").exists()


@pytest.mark.parametrize("value", [7, [], {"text": 7}, {"record": "zz"}])
def test_stored_value_of_another_form_is_an_error_of_its_photograph(bench: Run, value: Any) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "bag"
    bench(*options)
    path = min(Path("out/photographs").glob("photo1*/parts.json"))
    content = json.loads(path.read_text())
    for part in content["parts"].values():
        part |= {"value": value, "digest": digest_values(value)}
    path.write_text(json.dumps(content))
    code, _, errors = bench(*options)
    assert code in (0, 3)
    assert code == 0 or f"semcodec: {Path('photos/photo1.png')}: " in errors


def test_results_have_no_folders_and_no_addresses(
    bench: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Model, "name", "/home/ada/models/boat.gguf")
    Path("photos/broken.png").symlink_to(Path("/home/ada/missing.png"))
    Model.errors["select 6"] = InputError("http://10.0.0.7/v1 has no file /home/ada/words.txt.")
    assert bench("--k", "2,6", "--layers", "off")[0] == 3
    assert results()["backends"]["describer"] == "boat.gguf"
    [failed] = {each for row in results()["photographs"] for each in row.get("failed", {}).values()}
    assert failed == "[address] has no file words.txt."
    for path in Path("out").iterdir():
        if path.is_file():
            assert not re.search(r"/home|ada|10\.0\.0\.7", path.read_text()), path
    for path in Path("out/compressai").iterdir():
        assert "/home" not in path.read_text()


# --- runs that continue --------------------------------------------------------------------------


def test_second_run_calls_no_model_and_gives_equal_results(bench: Run) -> None:
    options = "--k", "6", "--layers", "layout"
    bench(*options)
    first, calls = Path("out/results.json").read_bytes(), counts()
    assert bench(*options)[0] == 0
    assert counts() == calls
    assert Path("out/results.json").read_bytes() == first


def test_new_setting_repeats_neither_the_description_nor_other_settings(bench: Run) -> None:
    options = "--coding", "lexicon", "--layers", "off"
    bench("--k", "2", *options)
    before = counts()
    bench("--k", "2,6", *options)
    assert counts() - before == Counter(select=2, paint=2)


@pytest.mark.parametrize("stage", ["describe", "locate", "paint", "select 6"])
def test_interrupted_run_continues_after_the_last_step(bench: Run, stage: str) -> None:
    Model.errors[stage] = KeyboardInterrupt()  # type: ignore[assignment]
    options = "--k", "2,6", "--coding", "lexicon", "--layers", "layout"
    assert bench(*options)[0] == 130
    assert not Path("out/results.json").exists()
    Model.errors.clear()
    assert bench(*options)[0] == 0
    interrupted = without_seconds(results())
    repeated = {call: count for call, count in Counter(Model.calls).items() if call == "describe"}
    assert repeated["describe"] == 2 + (stage == "describe")
    bench(*options, "-o", "other")
    assert without_seconds(json.loads(Path("other/results.json").read_bytes())) == interrupted


def test_damaged_file_is_computed_again(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon"
    bench(*options)
    expected = without_seconds(results())
    [first, second] = sorted(Path("out/photographs").glob("photo*"))
    (first / "parts.json").write_text('{"schema": "semcodec/bench-parts/1", "parts": [[[')
    next(second.glob("picture-*.png")).write_bytes(b"\x89PNG")
    before = counts()
    assert bench(*options)[0] == 0
    assert counts() - before == Counter(describe=1, select=1, paint=2)
    assert without_seconds(results()) == expected


def test_changed_value_in_a_stored_file_is_not_used(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon"
    bench(*options)
    expected = without_seconds(results())
    for path in Path("out/photographs").glob("photo*/parts.json"):
        path.write_text(path.read_text().replace("red boat", "red cat"))
    assert bench(*options)[0] == 0
    assert without_seconds(results()) == expected


def test_photograph_that_changed_is_measured_again(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon"
    bench(*options)
    changed = images.encode_image(images.scene((64, 96)), "PNG")
    Path("photos/photo1.png").write_bytes(changed)
    before = counts()
    bench(*options)
    assert (counts() - before)["describe"] == 1
    assert [each["size"] for each in results()["photographs"]] == [[64, 96], [192, 128]]


def test_other_paint_size_paints_and_does_not_describe(bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon"
    bench(*options)
    before = counts()
    bench(*options, "--paint-size", "60")
    assert counts() - before == Counter(paint=2)
    bench(*options, "--paint-size", "off")
    assert all(
        row["picture_file"] is None for each in results()["photographs"] for row in each["results"]
    )


# --- names ---------------------------------------------------------------------------------------


def test_names_are_distinct_and_equal_files_are_measured_once(bench: Run) -> None:
    data = Path("photos/photo1.png").read_bytes()
    for name, content in (
        ("a/photo1.png", data),  # the same content
        ("b/photo2.png", images.encode_image(images.scene((60, 40)), "PNG")),
        ("c/Photo2.PNG", images.encode_image(images.scene((90, 60)), "PNG")),
        ("c/\x1b[31m\n<b>.png", images.encode_image(images.scene((30, 20)), "PNG")),
        ("c/" + "é" * 100 + ".png", images.encode_image(images.scene((36, 24)), "PNG")),
    ):
        path = Path("photos", name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    code, _, err = bench(
        "--k", "2", "--layers", "off", "--coding", "lexicon", "--paint-size", "off"
    )
    assert code == 0
    assert "photos/photo1.png is the same file as photos/a/photo1.png: measured once." in err
    names = [each["name"] for each in results()["photographs"]]
    assert len(names) == len({name.casefold() for name in names}) == 6
    assert "__31m__b_" in names
    assert "é" * 60 in names
    assert "\x1b" not in err
    folders = [path.name for path in Path("out/photographs").iterdir() if path.name != "all"]
    assert len(folders) == 6
    assert all(len(name.encode()) < 255 for name in folders)


def test_results_inside_the_folder_of_photographs_are_no_photographs(run: Run, bench: Run) -> None:
    options = "--k", "2", "--layers", "off", "--coding", "lexicon", "-o", "photos/out"
    bench(*options)
    assert bench(*options)[0] == 0
    content = json.loads(Path("photos/out/results.json").read_bytes())
    assert [each["name"] for each in content["photographs"]] == ["photo1", "photo2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "name files, not stdin"),
        (["empty"], "There are no photographs in the folder empty"),
        (["photos", "--layers", "auto"], "The layers auto need --max-bytes"),
        (["photos", "--k", ",".join(map(str, range(1, 40)))], "There are 156 settings"),
        (["photos", "--coding", "lexicon,zip"], "unknown coding 'zip'"),
        (["photos", "--paint-size", "5000"], "out of range"),
        (["photos", "--metrics", "beauty"], "unknown metric 'beauty'"),
        (["photos", "--texts", "none"], "none"),
        (["photos", "-o", "photos"], "photos has files that are not results of bench"),
        (["photos", "-o", "photos/photo1.png"], "photo1.png"),
    ],
)
def test_wrong_arguments_are_one_message(run: Run, arguments: list[str], message: str) -> None:
    Path("empty").mkdir()
    argv = ["bench", "-o", "out", "--backend", "counted", *arguments]
    code, out, err = run(*argv)
    assert code in (1, 2)
    assert out == ""
    assert message in err
    assert not Model.calls
    assert len([line for line in err.splitlines() if line.startswith("semcodec")]) == 1


# --- what fails ----------------------------------------------------------------------------------


def test_photograph_that_cannot_be_read_is_a_row(bench: Run) -> None:
    Path("photos/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    code, _, err = bench("--k", "2", "--layers", "off")
    assert code == 3
    assert "photos/broken.png" in err
    broken, *others = results()["photographs"]
    assert broken["name"] == "broken"
    assert "image" in broken["error"]
    assert not broken["results"]
    assert all(each["error"] is None and each["results"] for each in others)


def test_setting_that_fails_is_stated_and_the_others_are_measured(bench: Run) -> None:
    code, _, _ = bench("--k", "2", "--max-bytes", "4", "--layers", "off", "--coding", "lexicon")
    assert code == 3
    for photograph in results()["photographs"]:
        assert [result["setting"] for result in photograph["results"]] == ["lexicon-k2-off"]
        assert "max_bytes" in photograph["failed"]["lexicon-b4-off"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--metrics", "words,clipp"), "unknown metric 'clipp', expected some of words, "),
        (("--weights", "missing"), "--weights missing is not a folder: name one that exists."),
        (("--texts", "missing"), "--texts missing is not a folder: name one that exists."),
    ],
)
def test_wrong_option_precedes_any_effect(
    bench: Run, option: tuple[str, ...], message: str
) -> None:
    code, _, errors = bench(*option)
    assert code == 2
    assert message in errors
    assert not Path("out").exists()


def test_every_photograph_failed(bench: Run) -> None:
    Model.errors["describe"] = BackendError("The model fails.")
    assert bench("--k", "2", "--layers", "off")[0] == 1


def test_folder_with_other_files_is_not_written_into(bench: Run) -> None:
    Path("out").mkdir()
    Path("out/letter.txt").write_text("Dear Ada")
    code, _, err = bench("--k", "2", "--layers", "off")
    assert code == 2
    assert "out has files that are not results of bench" in err
    assert [path.name for path in Path("out").iterdir()] == ["letter.txt"]
    assert not Model.calls
    assert bench("--k", "2", "--layers", "off", "--force")[0] == 0
