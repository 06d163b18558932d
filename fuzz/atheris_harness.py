"""The entry point for libFuzzer: ``python -m fuzz.atheris_harness TARGET [options] [corpora]``.

The only module that imports Atheris. It imports the library first, so that Atheris instruments it.
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-untyped, unused-ignore]  # it has no types, and may be absent


def main(name: str) -> None:
    """Fuzz a target with the libFuzzer options in ``sys.argv``; libFuzzer ends the process."""
    with atheris.instrument_imports(include=["semcodec"]):
        from fuzz import engine, targets

        target = targets.load(name)
    test = engine.make_test(target.test_one_input, target.inputs())
    atheris.Setup(sys.argv, test.hypothesis.fuzz_one_input)  # type: ignore[attr-defined]
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv.pop(1))
