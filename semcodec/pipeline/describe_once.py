"""A describer that is called at most once for a photograph that is encoded several times."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from semcodec.backends import Describer
from semcodec.backends.isolation import has_method
from semcodec.backends.notes import NOTICES, Notes, add_note, collect_notes
from semcodec.backends.protocols import AnyLanguageDescriber

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Description:
    """What a describer returned.

    Attributes:
        text: the result, which is not validated yet.
        notices: the sentences for the user that came with it.
        seconds: how long it took.
    """

    text: str
    notices: tuple[str, ...] = ()
    seconds: float = 0.0


class DescribeOnce:
    """A describer that is called once, and is otherwise the real one.

    So each record is the one that ``encode`` writes with the real describer, with the same model
    names, and each run has the notices about the description.

    Attributes:
        description: the result; None before the first call.
    """

    def __init__(
        self,
        describer: Any,
        description: Description | None = None,
        keep: Callable[[Description], object] = lambda _: None,
    ) -> None:
        """Wrap ``describer``, which is not called if its ``description`` is known.

        ``keep`` is called with the result of the call, before anything else can fail.
        """
        self.description = description
        self._describer, self._keep = describer, keep

    def describe(self, image: Image) -> str:
        """Return the description of the first call."""
        return self._describe_once(Describer.describe, image)

    def describe_in_any_language(self, image: Image) -> str:
        """Return the same, but in any language if the real describer can."""
        has_choice = has_method(self._describer, "describe_in_any_language")
        method = AnyLanguageDescriber.describe_in_any_language if has_choice else Describer.describe
        return self._describe_once(method, image)

    def _describe_once(self, method: Callable[..., str], image: Image) -> str:
        if self.description is None:
            notes: Notes = []
            start = time.perf_counter()
            try:
                with collect_notes() as notes:
                    text = getattr(self._describer, method.__name__)(image)
            finally:  # a failed request may have cost money, too
                for kind, value in notes:
                    add_note(kind, value)
            notices = tuple(str(value) for kind, value in notes if kind == NOTICES)
            self.description = Description(text, notices, time.perf_counter() - start)
            self._keep(self.description)
        else:
            for notice in self.description.notices:
                add_note(NOTICES, notice)
        return self.description.text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._describer, name)
