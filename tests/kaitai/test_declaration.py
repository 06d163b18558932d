"""The Kaitai declaration names exactly the rules of bare records and files."""

from __future__ import annotations

import re

import pytest

from semcodec.bitstream import RULES
from tests.kaitai import decoders

pytestmark = pytest.mark.kaitai

#: Rules of other framings and of profiles, which the declaration does not cover.
ELSEWHERE = ("SC-SEQ", "SC-TXT", "SC-PNG", "SC-PRO", "SC-LIM-4", "SC-LIM-5", "SC-LIM-6")


def test_named_rules_are_those_of_bare_records_and_files() -> None:
    named = re.findall(r"SC-[A-Z]+-\d+", decoders.DECLARATION.read_text("utf-8"))
    assert set(named) == {rule for rule in RULES if not rule.startswith(ELSEWHERE)}
