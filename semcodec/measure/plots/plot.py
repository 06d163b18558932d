"""A plot as a value: what a page needs to show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of a measurement.

    Attributes:
        title: a few words.
        alt: what the plot shows, with its numbers.
        svg: one ``<svg>`` element without scripts, as wide as its container up to its natural
            width. Its ids begin with the name of the plot, and its ink is ``currentColor``.
    """

    title: str
    alt: str
    svg: str
