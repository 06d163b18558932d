"""The library, the JavaScript decoder and Annex C find the same broken rules in the same order."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from collections import Counter
from typing import Any

import pytest

from semcodec import Limits, Report, unpack, unpack_all, validate
from semcodec._registry import RULES
from tests import annex_c, profiles
from tests.finding_inputs import Input, inputs
from tests.test_javascript_decoder import DECODER


@functools.cache
def all_inputs() -> list[Input]:
    count = profiles.count(gate=600, nightly=100_000)
    return list(inputs(profiles.seed(6), count))  # 6 is arbitrary, but must not change


def report_on(case: Input) -> Report:
    limits, profile = Limits(**case.options.get("limits", {})), case.options.get("profile")
    return validate(case.data, framing=case.framing, profile=profile, limits=limits)


def result_of(case: Input) -> Any:
    """Return the result of the library in the form of the protocol for decoders."""
    report = report_on(case)
    if report.findings:
        findings = [{"rule": row.rule, "offset": row.offset} for row in report.findings]
        return {"refused": True, "verdict": report.verdict, **findings[0], "findings": findings}
    if case.framing == "sequence":
        return [record.as_dict() for record in unpack_all(case.data)]
    return unpack(case.data, framing=case.framing).as_dict()


@pytest.mark.sampled
@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is missing")
def test_library_and_javascript_list_the_same_findings(
    record_property: profiles.RecordProperty,
) -> None:
    cases = all_inputs()
    record_property("inputs", len(cases))
    lines = [
        f"{case.framing} {case.data.hex()} {json.dumps(case.options, separators=(',', ':'))}\n"
        for case in cases
    ]
    run = subprocess.run(
        ["node", str(DECODER)], input="".join(lines), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    outputs = map(json.loads, run.stdout.split("\n")[:-1])
    counts: Counter[str] = Counter()
    for case, output in zip(cases, outputs, strict=True):
        expected = result_of(case)
        assert output == expected, (case.framing, case.data.hex(), case.options)
        rules = [row["rule"] for row in expected["findings"]] if "findings" in expected else []
        counts.update({*rules, "several"} if len(rules) > 1 else rules or ["none"])
    # The comparison is meaningful only if the inputs break most rules, and often several at once.
    assert counts["several"] > len(cases) / 4
    assert counts["none"] > len(cases) / 20
    assert len(RULES.keys() & counts) > len(RULES) - 12


def test_annex_c_names_the_first_finding() -> None:
    for case in all_inputs():
        if case.options:
            continue
        expected = result_of(case)
        found = (
            annex_c.decode_sequence(case.data)
            if case.framing == "sequence"
            else annex_c.decode(case.data, case.framing)
        )
        first = expected["rule"] if "refused" in expected else expected
        assert found == first, (case.framing, case.data.hex())
