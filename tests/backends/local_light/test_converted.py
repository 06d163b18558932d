"""Which converted model is used, what its folder states, and what is wrong with a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from semcodec import backends
from semcodec.backends.local import catalog, storage
from semcodec.backends.local_light import LightSettings, converted, create
from semcodec.backends.local_light.converted import MAX_JSON_BYTES, TAIL_BYTES
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.errors import BackendError, InputError
from tests.backends.local_light.conftest import MakeFolder
from tests.backends.local_light.fake_genai import FakeLibrary
from tests.each import for_each

INT4 = '<weight_compression>\n<all_layers value="False" /><mode value="int4_asym" />'


@pytest.fixture(autouse=True)
def _no_models_of_the_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        storage,
        "locate",
        lambda model: model.folder,  # nothing of the catalog was fetched
    )


def test_first_model_of_the_catalog_that_is_here_is_used(
    make_text_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    [model, *_] = converted.list_converted_models("text")
    folder = make_text_folder()
    monkeypatch.setattr(storage, "locate", lambda other: folder if other is model else None)
    backend = create()
    assert backend.model_name("describer") == model.name
    assert not hasattr(backend, "paint")


def test_model_with_a_restricted_license_is_used_only_by_its_name(
    make_text_folder: MakeFolder, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    [free, *_] = converted.list_converted_models("text")
    restricted = replace(
        free, name="restricted", is_free=False, license="Research-1", license_source="its page"
    )
    models = {"text": [restricted, free], "image": []}
    monkeypatch.setattr(converted, "list_converted_models", models.__getitem__)
    monkeypatch.setattr(catalog, "find", lambda name: restricted)
    folder = make_text_folder()
    monkeypatch.setattr(storage, "locate", lambda _: folder)
    assert create().model_name("describer") == free.name
    monkeypatch.setattr(storage, "locate", lambda model: folder if model is restricted else None)
    with pytest.raises(BackendError, match="No model of local-light is on this machine"):
        create()
    backend = create(text_model="restricted")
    with collect_notes() as notes:
        backend.expand(["boat"])  # type: ignore[union-attr]
    assert group_by_kind(notes)["notices"] == [
        "The model restricted has the license Research-1, which does not allow every use: read "
        "its page."
    ]


def test_license_of_a_painter_is_noted(
    make_image_folder: MakeFolder, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = next(each for each in converted.list_converted_models("image") if not each.is_free)
    folder = make_image_folder()
    monkeypatch.setattr(storage, "locate", lambda other: folder if other is model else None)
    backend = create(image_model=model.name)
    with collect_notes() as notes:
        backend.paint("a boat", (64, 64), 1)  # type: ignore[union-attr]
    [notice] = group_by_kind(notes)["notices"]
    assert f"{model.name} has the license {model.license}" in notice


def test_catalog_has_models_of_both_kinds_in_this_format() -> None:
    for kind in ("text", "image"):
        assert all(model.format == "openvino" for model in converted.list_converted_models(kind))
        assert converted.list_converted_models(kind)


def test_backend_without_any_model_names_the_command() -> None:
    name = converted.list_converted_models("text")[0].name
    with pytest.raises(BackendError, match=f"semcodec models fetch {name}") as caught:
        create()
    assert caught.value.unavailable


def test_named_model_that_is_not_here_names_the_command() -> None:
    name = converted.list_converted_models("image")[0].name
    with pytest.raises(BackendError, match=f"{name} is not on this machine.*fetch {name}"):
        create(image_model=name)


def test_model_in_another_format_is_refused() -> None:
    name = next(
        model.name for model in catalog.load().models.values() if model.format != "openvino"
    )
    with pytest.raises(InputError, match=f"{name} is not converted for OpenVINO"):
        create(text_model=name)


def test_model_of_another_kind_is_refused(
    make_text_folder: MakeFolder, make_image_folder: MakeFolder
) -> None:
    with pytest.raises(InputError, match="name one of kind text"):
        create(text_model=str(make_image_folder()))
    with pytest.raises(InputError, match="name one of kind image"):
        create(image_model=str(make_text_folder()))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda index: index.write_text("{"), "cannot be read"),
        (lambda index: index.write_text("[" * 100_000), "cannot be read"),
        (lambda index: index.write_text("[1]"), "not a JSON object"),
        (lambda index: index.write_bytes(b" " * (MAX_JSON_BYTES + 9)), "not a JSON object"),
        (lambda index: (index.parent / "transformer/openvino_model.xml").unlink(), "lacks"),
    ],
)
def test_damaged_folder_is_one_message(
    make_image_folder: MakeFolder, damage: Any, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_image_folder()
    model = catalog.Model("painter", kinds=("image", "edit"), format="openvino", folder=folder)
    monkeypatch.setattr(catalog, "find", lambda name: model)
    damage(folder / "model_index.json")
    with pytest.raises(InputError, match=problem):
        create(image_model="painter")


@for_each(
    [
        (INT4, "int4_asym"),
        (INT4 + "x" * (TAIL_BYTES - 500), "int4_asym"),
        (INT4 + "x" * TAIL_BYTES, ""),
        ("<weight_compression>" + "x" * 5000 + '<mode value="int8" />', ""),
        ('<weight_compression><mode value="in t8" />', ""),
        ("", ""),
    ]
)
def test_precision_is_read_from_the_end_of_the_graph(text: str, precision: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.xml"
        graph.write_text(text)
        assert converted._read_precision(graph) == precision


def test_name_of_a_folder_has_no_path(make_text_folder: MakeFolder) -> None:
    found = converted.find(str(make_text_folder("my-model")), "text")
    assert found is not None
    assert found.title == "my-model"
    assert str(found.folder.parent) not in str(found.details())


def test_name_stands_for_the_backend(
    make_text_folder: MakeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"[local-light]\ntext_model = '{make_text_folder()}'\n")
    monkeypatch.setenv("SEMCODEC_CONFIG", str(config))
    assert "local-light" in backends.names()
    assert backends.roles("local-light") == [role for role in backends.ROLES if role != "upscaler"]
    assert backends.find("painter", "local-light").name == "embedded"
    assert backends.find("describer", "local-light").name == "local-light"


@for_each(
    [
        {"device": "cuda"},
        {"steps": 0},
        {"steps": 201},
        {"steps": True},
        {"image_side": 63},
        {"painted_side": 4096},
        {"most_output": 1.5},
        {"start_strength": 0},
        {"start_from_colors": 1},
        {"text_model": ""},
        {"image_model": "a\nb"},
        {"prompts": 5},
        {"unknown": 1},
    ]
)
def test_invalid_setting_is_refused(settings: dict[str, Any]) -> None:
    [name] = settings
    with pytest.raises(InputError, match=name):
        LightSettings.load(**settings)
