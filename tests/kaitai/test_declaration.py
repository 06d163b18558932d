"""The Kaitai declaration speaks of the specification's rules, all of them and no others."""

from __future__ import annotations

import re

import pytest

from semcodec.bitstream import RULES
from tests.kaitai import readings

pytestmark = pytest.mark.kaitai

#: Rules of framings and profiles that the declaration is not about, and limits of the former.
ELSEWHERE = ("SC-SEQ", "SC-TXT", "SC-PNG", "SC-PRO", "SC-LIM-4", "SC-LIM-5")


def test_every_rule_of_bare_records_and_files_is_named() -> None:
    named = re.findall(r"SC-[A-Z]+-\d+", readings.DECLARATION.read_text("utf-8"))
    assert set(named) == {rule for rule in RULES if not rule.startswith(ELSEWHERE)}
