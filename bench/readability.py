"""Measure sizes, comments and style habits of Python packages, one Markdown row per folder.

    python bench/readability.py semcodec semcodec/bitstream embedded/semcodec_embedded
    python bench/readability.py ../h11/h11 ../httpx/httpx          # the same for other projects

Definitions:

- Every ``def`` is a function, including methods and nested functions; its lines count from ``def``
  to its end. Parameters exclude ``self``, ``cls`` and starred ones. Nesting counts ``if``, ``for``,
  ``while``, ``with``, ``try`` and ``match``.
- A line of code has a token that is neither a comment nor part of a docstring. A comment line has a
  comment, alone or after code.
- A cycle is a set of modules that import each other; imports inside functions and under
  ``TYPE_CHECKING`` do not count.
- Habits are matches of the patterns in ``HABITS``: in identifiers (split at underscores and
  capitals), in prose (comments, docstrings, string literals with a space), or in both.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS: Final = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
LAYOUT: Final = {
    tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
}  # fmt: skip
PARTICIPLES: Final = (
    r"begun|chosen|drawn|found|given|gone|heard|held|kept|known|left|lost|made|meant|said|sent"
    r"|shown|spent|taken|thought|told|written|(?!need|feed|seed|speed|embed|indeed)[a-z]{2,}ed"
)
#: For each habit: the kind of text that is searched, and a pattern for a whole word or first line.
HABITS: Final = {
    "private words": (
        "identifiers",
        r"tapes?|purse|rehearsals?|rehearsed?|rehearsing|dice|bones?|roads?|rooms?|strangers?|medium"
        r"|gravest|unsaid|obliging|postcard|ink|paved|furnishing|bodies|faults?|lax|slips|heap|tour"
        r"|carriers?|spellings|wobble|telling|traffic|wild|conduct|kin|fillers?",
    ),
    "data that speaks": (
        "identifiers and prose",
        r"says?|said|tells?|told|hears?|heard|asks?|asked|answers?|answered|silent|silence",
    ),
    "limits not MAX or MIN": (
        "constants",
        r"(MOST|LEAST|LONGEST|SHORTEST|LARGEST|SMALLEST|DEAR|ENOUGH|FEWEST)(_[A-Z_]+)?",
    ),
    '"is no"': ("prose", r"(is|are|was|were|be|been) no(?! (longer|more|less|larger|smaller))"),
    "who and nobody": ("prose", r"who|whom|whose|whoever|nobody|everybody|anybody|somebody"),
    "participles as functions": ("functions", rf"_*({PARTICIPLES})(_\w+)?"),
    "first lines that name nothing": (
        "first lines",
        r"(Return (what|how|that|it|them|all|those)|What|Who|How|Let|Say|Tell|All that|That)\b.*",
    ),
    "British spelling": (
        "identifiers and prose",
        r"\w*(colour|recolour|grey|centre|metre|[a-z]{3}isation|normalis|serialis|recognis)\w*",
    ),
}  # fmt: skip


class Module(NamedTuple):
    """A source file: its dotted name, its text, its syntax tree and its tokens."""

    name: str
    text: str
    tree: ast.Module
    tokens: list[tokenize.TokenInfo]


def read_modules(folder: Path) -> list[Module]:
    """Return the modules of ``folder`` and its subfolders."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text("utf-8")
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        modules.append(Module(name, text, ast.parse(text), tokens))
    return modules


def docstrings(module: Module) -> Iterator[ast.Constant]:
    """Yield the docstrings of a module, its classes and its functions."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Module | ast.ClassDef | Function) or not node.body:
            continue
        match node.body[0]:
            case ast.Expr(value=ast.Constant(value=str()) as docstring):
                yield docstring


def count_lines(module: Module) -> Counter[str]:
    """Return the numbers of lines with code, with a comment, and in docstrings."""
    documented, commented, code = set[int](), set[int](), set[int]()
    for docstring in docstrings(module):
        documented.update(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    for token in module.tokens:
        if token.type == tokenize.COMMENT:
            commented.add(token.start[0])
        elif token.type not in LAYOUT:
            code.update(range(token.start[0], token.end[0] + 1))
    code -= documented
    return Counter(code=len(code), comments=len(commented), docstrings=len(documented))


def functions(modules: list[Module]) -> list[Function]:
    """Return all functions in the modules."""
    nodes = (node for module in modules for node in ast.walk(module.tree))
    return [node for node in nodes if isinstance(node, Function)]


def nesting(node: ast.AST) -> int:
    """Return the maximum depth of nested blocks in ``node``."""
    inner = (child for child in ast.iter_child_nodes(node) if not isinstance(child, SCOPES))
    return max((nesting(child) + isinstance(child, BLOCKS) for child in inner), default=0)


def parameters(function: Function) -> list[ast.arg]:
    """Return the parameters of a function, without ``self`` and ``cls``."""
    arguments = function.args
    listed = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
    return [argument for argument in listed if argument.arg not in ("self", "cls")]


def is_typed(function: Function) -> bool:
    """Return whether all parameters and the result have annotations."""
    return function.returns is not None and all(arg.annotation for arg in parameters(function))


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Return whether an ``except`` clause catches every exception."""
    kind = handler.type
    return kind is None or (
        isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")
    )


def imports(module: Module, names: set[str]) -> set[str]:
    """Return the modules of the package that are imported along with ``module``."""
    found, nodes = set[str](), list[ast.AST]([module.tree])
    while nodes:
        node = nodes.pop()
        if isinstance(node, Function) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        ):
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.name.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            modules = {f"{base}.{alias.name}" for alias in node.names} & names
            found.update(modules if len(modules) == len(node.names) else {base, *modules})
        nodes.extend(ast.iter_child_nodes(node))
    return found & names - {module.name}


def largest_cycle(modules: list[Module]) -> int:
    """Return the number of modules in the largest import cycle; 0 if there is none."""
    names = {module.name for module in modules}
    edges = {module.name: imports(module, names) for module in modules}

    def reach(start: str) -> set[str]:
        seen, waiting = set[str](), [start]
        while waiting:
            for name in edges[waiting.pop()] - seen:
                seen.add(name)
                waiting.append(name)
        return seen

    reached = {name: reach(name) for name in edges}
    return max(sum(a in reached[b] and b in reached[a] for b in names) for a in names)


def spread(values: list[int]) -> str:
    """Return the median, the 90th percentile and the maximum of ``values``, as text."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} / {ordered[len(ordered) * 9 // 10]} / {ordered[-1]}"


def sizes(modules: list[Module]) -> list[str]:
    """Return the cells of the row of a package in the table of sizes."""
    lines = [len(module.text.splitlines()) for module in modules]
    counts = sum(map(count_lines, modules), Counter[str]())
    defs = functions(modules)
    public = [node for node in defs if not node.name.startswith("_")]
    handlers = [n for m in modules for n in ast.walk(m.tree) if isinstance(n, ast.ExceptHandler)]

    def share(part: int, whole: int) -> str:
        return f"{100 * part / (whole or 1):.1f} %"

    return [
        str(len(modules)),
        f"{sum(lines):,}",
        spread(lines),
        str(len(defs)),
        spread([(node.end_lineno or 0) - node.lineno + 1 for node in defs] or [0]),
        share(sum(nesting(node) >= 4 for node in defs), len(defs)),
        share(sum(len(parameters(node)) >= 6 for node in defs), len(defs)),
        share(sum(map(is_typed, defs)), len(defs)),
        f"{100 * counts['docstrings'] / counts['code']:.0f}",
        f"{100 * counts['comments'] / counts['code']:.1f}",
        share(sum(ast.get_docstring(node) is not None for node in public), len(public)),
        str(largest_cycle(modules) or "none"),
        str(sum(map(is_broad, handlers))),
    ]


COLUMNS: Final = (
    "files", "lines", "lines of a file: median / p90 / max", "functions",
    "lines of a function: median / p90 / max", "nesting of 4 or more", "6 or more parameters",
    "typed",
    "docstring lines per 100 of code", "comment lines per 100 of code",
    "public functions with docstring", "largest import cycle", "broad excepts",
)  # fmt: skip


def texts(module: Module) -> dict[str, list[str]]:
    """Return the texts in a module by kind; identifiers are split into their parts."""
    names = [token.string for token in module.tokens if token.type == tokenize.NAME]
    prose = [token.string for token in module.tokens if token.type == tokenize.COMMENT]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            prose.append(node.value)
    parts = [p for name in names for p in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]
    return {
        "identifiers": parts,
        "constants": names,
        "prose": prose,
        "identifiers and prose": parts + prose,
        "functions": [node.name for node in functions([module])],
        "first lines": [str(text.value).strip().split("\n")[0] for text in docstrings(module)],
    }


WHOLE: Final = (
    "identifiers",
    "constants",
    "functions",
    "first lines",
)  #: patterns must match the whole text


def count_habits(modules: list[Module]) -> list[str]:
    """Return the number of occurrences of each habit, as text."""
    read = [texts(module) for module in modules]
    totals = []
    for place, pattern in HABITS.values():
        flags = 0 if place in ("constants", "first lines") else re.IGNORECASE
        if place in WHOLE:
            whole = re.compile(pattern, flags)
            total = sum(bool(whole.fullmatch(text)) for by_kind in read for text in by_kind[place])
        else:
            word = re.compile(rf"\b(?:{pattern})\b", flags)
            total = sum(len(word.findall(text)) for by_kind in read for text in by_kind[place])
        totals.append(str(total))
    return totals


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="+", type=Path, help="a package or a folder of scripts")
    packages = {str(folder): read_modules(folder) for folder in parser.parse_args().folder}
    tables = ((COLUMNS, sizes), (tuple(HABITS), count_habits))
    for number, (columns, row) in enumerate(tables):
        print("\n" * number + f"| | {' | '.join(columns)} |\n|---|{'--:|' * len(columns)}")
        for name, modules in packages.items():
            print(f"| {name} | {' | '.join(row(modules))} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
