r"""Numbers of a text, each with one form for every coding (spec §B.5).

A number is sent whole or not at all: ``room 404`` must not become *room four*, nor ``1,000`` *one
zero*. So each has one word over ``a-zA-Z0-9'-`` for ``lexicon`` and ``bag``, plain words for
``nibble``, and a form without spaces for ``utf8``. Signs become words; letters and hyphens stay.

================  ===========================  ===============  ==============================
kind              text                         word             spoken
================  ===========================  ===============  ==============================
whole number      404, room 7, 007             404, 7, 007      four zero four; zero zero seven
count up to 20    3 dogs, 12 eggs              three, twelve    three, twelve
number words      twenty-one, three hundred    21, 300          twenty one; three hundred
thousands         1,000  1 000  1'000          1000             one thousand
scales            3 million, $2.5M             3-million        three million
decimal           3.5, .5                      3-point-5        three point five
fraction          ½, 3/4, 1½, two-thirds       half, 3-quarters half; three quarters
ordinal           21st, 3rd-floor              21st, 3rd-floor  twenty first
decade            1980s, '80s                  1980s, 80s       nineteen eighties
time              10:30, 7 pm, 7:05 a.m.       10h30, 7pm       ten thirty; seven pm
date              12/05/2021                   12-05-2021       twelve zero five two zero ...
percent           50%                          50-percent       fifty percent
currency          $20, €3.50, 99¢              20-dollars       twenty dollars
unit              5 km, 10 °C, 6', 45°         5km, 10C, 6ft    five kilometers
size              2x4, 5'10"                   2x4, 5'10        two by four
range, score      3-5, 10–20, 3:2              3-5, 10-20, 3-2  three to five
negative          -5, −18 °C                   minus-5          minus five
telephone         (212) 555-0142               212-555-0142     digit by digit
name              F-16, R2-D2, AB12 CDE        as written       f sixteen; r two d two
Roman             Louis XIV                    XIV              fourteen
================  ===========================  ===============  ==============================

A number word costs 24 to 70 bits in ``lexicon``, a frequent English word 8 to 18; therefore small
counts are words there, and everything that a sign or a door may show is digits.
"""

from __future__ import annotations

from semcodec.words.numbers.finder import LABELS, MAX_WORD, Number, find_numbers, spellings

__all__ = ["LABELS", "MAX_WORD", "Number", "find_numbers", "spellings"]
