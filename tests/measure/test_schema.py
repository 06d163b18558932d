"""The published schema of ``results.json`` has the keys of ``semcodec.measure.results``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NotRequired, get_origin, get_type_hints

import jsonschema_rs
import pytest

from semcodec.measure import results
from tests.measure.made_results import make_results

SCHEMAS = Path(__file__).parents[2] / "spec" / "schema"
SCHEMA = json.loads((SCHEMAS / "bench-1.json").read_bytes())
PARTS = [
    pytest.param(results.Results, SCHEMA, id="results"),
    *(
        pytest.param(kind, SCHEMA["$defs"][kind.__name__.lower()], id=kind.__name__)
        for kind in (
            results.Setting, results.Rate, results.Baseline, results.Result, results.Photograph,
            results.Metric, results.Retrieval,
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "schema"), PARTS)
def test_schema_has_the_keys_of_the_type(kind: Any, schema: dict[str, Any]) -> None:
    hints = get_type_hints(kind, include_extras=True)
    assert list(schema["properties"]) == list(hints)
    required = [name for name, hint in hints.items() if get_origin(hint) is not NotRequired]
    assert schema["required"] == required
    for name, value in schema["properties"].items():
        assert name == "schema" or "$ref" in value or value["description"]


def test_results_of_other_tests_match_the_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    content = make_results()
    validator = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
    validator.validate(content)
    broken = {**content, "photographs": [{**content["photographs"][0], "sha256": "0x1"}]}
    assert not validator.is_valid(broken)
