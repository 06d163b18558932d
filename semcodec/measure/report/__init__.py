"""One HTML file that shows the results of a measurement, and refers to no other file.

The page is made of ``results.json`` and the files that it names, without any model. All text that
comes from photographs, records, models or servers is escaped by the template, and what the page may
do is limited by its Content-Security-Policy: scripts but its own do not run, and nothing is loaded.
"""

from __future__ import annotations

from semcodec.measure.report.page import FILE_NAME, make_page, privacy_note

__all__ = ["FILE_NAME", "make_page", "privacy_note"]
