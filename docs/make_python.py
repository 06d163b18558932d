"""Write docs/python.md, the reference of the public names of ``semcodec``, from their docstrings.

    python docs/make_python.py [--check]

The order is that of ``semcodec.__all__``, then that of ``BESIDE``. Signatures and docstrings are
read by griffe from the source text, so that the page does not depend on the version of Python that
writes it.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import griffe

from semcodec import choices

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "python.md"
MAX_SIGNATURE: Final = 88  #: columns; a longer one has a line for each parameter
HEADER: Final = """\
# The Python interface

Every public name of `semcodec`. The section
[Beside the package's names](#beside-the-packages-names) has the types of results and arguments, and
the hooks for backends and Pillow, with their import paths; these are public too. Names that are
neither on this page nor in [backends.md](backends.md), and those that start with an underscore, may
change at any time; [CONTRIBUTING.md](../CONTRIBUTING.md#public-interface) states
how public names change. The choices of an argument are spelled out here; `semcodec.choices` has
them as types, such as `CodingChoice` and `OutputFraming`, for annotations of your own. Written by
docs/make_python.py from the docstrings.
"""
#: Public names of subpackages, which ``semcodec`` does not export itself.
BESIDE: Final = (
    "semcodec.bitstream.Field",
    "semcodec.bitstream.Finding",
    "semcodec.bitstream.Layers",
    "semcodec.bitstream.WordLayout",
    "semcodec.bitstream.RateBreakdown",
    "semcodec.pipeline.Stage",
    "semcodec.words.Judge",
    "semcodec.words.Reading",
    "semcodec.words.Selection",
    "semcodec.words.SelectionRequest",
    "semcodec.backends.Guide",
    "semcodec.backends.WordBoxes",
    "semcodec.backends.add_note",
    "semcodec.carriers.find_record",
    "semcodec.carriers.extract",
    "semcodec.carriers.qr.write",
    "semcodec.carriers.qr.read",
    "semcodec.carriers.ndef.write",
    "semcodec.carriers.ndef.read",
    "semcodec.pillow.register",
)


def main() -> int:
    """Write the page, or with ``--check`` return 1 if it is stale."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, "utf-8")
        return 0
    if PAGE.read_text("utf-8") == text:
        return 0
    print("docs/python.md is stale: run python docs/make_python.py", file=sys.stderr)
    return 1


def page() -> str:
    """Return the page as Markdown."""
    package = griffe.load("semcodec", search_paths=[ROOT], docstring_parser="google")
    public = [target(package, name) for name in exported(package)]
    functions = [item for item in public if item.is_function]
    errors = [item for item in public if item.is_class and is_error(item)]
    values = [item for item in public if item.is_class and not is_error(item)]
    parts = [HEADER]
    for title, items in (("Functions", functions), ("Values", values), ("Errors", errors)):
        parts += [f"## {title}\n", *(entry(item, item.name) for item in items)]
    parts.append("## Beside the package's names\n")
    for path in BESIDE:
        module, _, name = path.removeprefix("semcodec.").rpartition(".")
        parts.append(entry(target(package[module], name), path))
    return "\n".join(parts)


def exported(package: Any) -> list[str]:
    """Return the names in ``__all__``."""
    return [str(name) for name in package.exports or []]


def target(package: Any, name: str) -> Any:
    """Return the definition of a public name; ``encode`` is a function in a module of its name."""
    item = package[name]
    item = item.final_target if item.is_alias else item
    return item[name] if item.is_module else item


def is_error(item: Any) -> bool:
    """Return whether a class is an exception, by its name: all of ours end in Error."""
    return bool(item.name.endswith("Error"))


def entry(item: Any, title: str) -> str:
    """Return the section of a function or a class, with its public methods and properties."""
    lines = [f"### {title}\n", *signature(item), *described(item)]
    if item.is_class:
        for member in item.members.values():
            if (
                member.is_public
                and not member.is_special
                and member.name not in attributes_of(item)
            ):
                lines += [
                    f"#### {item.name}.{member.name}\n",
                    *signature(member),
                    *described(member),
                ]
    return "\n".join(lines)


def attributes_of(item: Any) -> set[str]:
    """Return the attributes that the docstring of a class lists, and those without a docstring."""
    listed = {
        name
        for section in sections(item)
        if section.kind.value == "attributes"
        for row in section.value
        for name in names_of(row)
    }
    return listed | {name for name, member in item.members.items() if not member.docstring}


def names_of(row: Any) -> list[str]:
    """Return the names that a row of a docstring describes, as in ``found, expected: ...``.

    griffe takes the text up to the first space as the name, and the other names as its type.
    """
    if not row.name.endswith(","):
        return [row.name]
    return [row.name[:-1], *re.findall(r"\w+", str(row.annotation))]


def signature(item: Any) -> list[str]:
    """Return how a function is called, as a block of code; nothing for attributes."""
    if item.is_class and is_error(item):
        bases = ", ".join(f"`{base}`" for base in item.bases)
        return [f"{'Bases' if len(item.bases) > 1 else 'Base'}: {bases}\n"] if bases else []
    if not (item.is_function or item.is_class) or not item.parameters:
        return []
    parameters = [text for text in written(item.parameters) if text not in ("self", "cls")]
    result = f" -> {item.returns}" if item.is_function and item.returns else ""
    call = f"{item.name}({', '.join(parameters)}){result}"
    if len(call) > MAX_SIGNATURE:
        call = f"{item.name}(\n    " + ",\n    ".join(parameters) + f",\n){result}"
    return [f"```python\n{call}\n```\n"]


def written(parameters: Any) -> Iterator[str]:
    """Return the parameters as they are written in the source."""
    keyword_only = griffe.ParameterKind.keyword_only
    starred = False
    for parameter in parameters:
        if parameter.kind is keyword_only and not starred:
            starred = True
            yield "*"
        prefix = {"variadic positional": "*", "variadic keyword": "**"}.get(
            parameter.kind.value, ""
        )
        starred |= prefix == "*"
        text = prefix + parameter.name
        if parameter.annotation is not None:
            text += f": {spelled_out(str(parameter.annotation))}"
        if parameter.default is not None and not prefix:
            text += f" = {default_of(parameter)}"
        yield text


def spelled_out(annotation: str) -> str:
    """Return an annotation with the values of each type of ``semcodec.choices``."""
    names = "|".join(choices.__all__)
    return re.sub(rf"\b({names})\b", lambda match: literal(match[0]), annotation)


def literal(name: str) -> str:
    """Return the values of a type of ``semcodec.choices`` as they are written in a signature."""
    values = choices.values_of(getattr(choices, name))
    return f"Literal[{', '.join(f'{value!r}' for value in values)}]".replace("'", '"')


def default_of(parameter: Any) -> str:
    """Return the default of a parameter; of a constant, its value if that is a simple one."""
    text = str(parameter.default)
    if not re.fullmatch(r"(\w+\.)*_?[A-Z][A-Z0-9_]*", text):
        return text.replace("'", '"')
    value = attrgetter(text)(importlib.import_module(parameter.function.module.path))
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value) if isinstance(value, int | tuple) and len(repr(value)) < 20 else text


def sections(item: Any) -> list[Any]:
    """Return the parsed docstring."""
    return item.docstring.parse("google", warnings=False) if item.docstring else []


def described(item: Any) -> Iterator[str]:
    """Return the docstring as Markdown, a paragraph or a list each."""
    for section in sections(item):
        match section.kind.value:
            case "text":
                yield plain(section.value) + "\n"
            case "parameters" | "attributes":
                title = "Arguments" if section.kind.value == "parameters" else "Attributes"
                yield f"{title}:\n"
                for row in section.value:
                    names = ", ".join(f"`{name}`" for name in names_of(row))
                    yield f"- {names}: {plain(row.description)}"
                yield ""
            case "raises":
                yield "Raises:\n"
                for row in section.value:
                    names = ", ".join(
                        f"`{name}`" for name in re.findall(r"\w+", str(row.annotation))
                    )
                    yield f"- {names}: {plain(row.description)}"
                yield ""
            case "admonition":  # such as "Example:"
                yield f"{section.title}:\n"
                yield plain(section.value.contents) + "\n"
            case kind:
                raise SystemExit(
                    f"{item.path}: docs/make_python.py does not know sections {kind!r}"
                )


def plain(text: str) -> str:
    """Return reStructuredText literals as Markdown ones, on as few lines as the paragraph has."""
    parts = text.replace("``", "`").split("\n\n")
    return "\n\n".join(map(paragraph, parts))


def paragraph(text: str) -> str:
    """Return a paragraph or each item of a list on one line, or an example as a block of code."""
    if text.startswith(">>> "):
        return f"```python\n{text}\n```"
    return "\n".join(" ".join(item.split()) for item in re.split(r"\n(?=- )", text))


if __name__ == "__main__":
    sys.exit(main())
