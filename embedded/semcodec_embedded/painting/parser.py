"""Parse a prompt: the objects with their number, size, colors and position, and the surroundings.

A prompt is a list of content words, because function words are dropped before coding. The only
grammar is the order of the words: a number, size or color belongs to the next noun, and a position
to the previous noun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from typing import ClassVar

from semcodec.words.stopwords import STOPWORDS
from semcodec_embedded.painting.figures import BABY, is_figure, sex_of_figure
from semcodec_embedded.painting.negation import remove_negated, sign_texts
from semcodec_embedded.painting.numbers import read_numbers
from semcodec_embedded.painting.rules.body_parts import attach_body_parts
from semcodec_embedded.painting.rules.clothing import apply_clothing, is_clothing
from semcodec_embedded.painting.rules.color_inference import (
    UPPER_PARTS,
    infer_part_color,
    is_black_and_white,
)
from semcodec_embedded.painting.rules.looks import apply_looks, merge_looks
from semcodec_embedded.painting.rules.poses import apply_activity, is_people
from semcodec_embedded.painting.rules.settings import complete_setting
from semcodec_embedded.painting.scene import Looks, Mention, SceneDescription, Subject
from semcodec_embedded.painting.sprites import find_sprites, sprite_library
from semcodec_embedded.painting.vocabulary import (
    MAX_PHRASE_WORDS,
    Role,
    roles,
    singular_candidates,
    split_prompt,
)

MAX_PROMPT = 10_000  #: characters that are parsed
MAX_WORDS = 64  #: later words are ignored; records usually have fewer
MAX_SUBJECTS = 7  #: kinds of objects; more would hide each other
MAX_COUNT = 16
PLURAL_COUNT = 3  #: for a plural without a number
CROWD_COUNT = 12  #: number of people in a crowd
#: Nouns for several objects that the rules for plurals do not recognize.
COLLECTIVE_NOUNS = frozenset(("people", "flowers", "crowd", "group", "team", "audience", "family"))
#: Grounds that can be beside a street.
VERGES = frozenset(("grass", "garden", "sand", "snow", "dirt", "rock"))
CHILD_PREFIX = "figure-child-"  #: of the names of figures of children
#: Tables of words between a number and its noun.
ATTRIBUTES = ("colors", "sizes", "traits", "numbers", "backgrounds")
#: Last words of traits that a person has: they follow the person, whereas "blond" comes before.
POSSESSIONS = frozenset(
    ("hair", "skin", "beard", "mustache", "moustache", "goatee", "ponytail", "pigtails", "braids")
)
#: Tables of words.toml with things that a picture can show, and with the words that it cannot.
THINGS = frozenset(
    "activities backgrounds grounds materials moods parts settings skies unknown".split()
)
PRIVATIVE_ENDINGS = ("less", "-free")
#: Plurals for which a single drawing is enough.
PLURALS_IN_ONE_DRAWING = frozenset(
    (
        "glasses sunglasses jeans scissors vegetables noodles fries stairs shoes headphones skis "
        "stones drums pants bricks gloves socks bananas grapes books eggs fireworks heels fruits"
    ).split()
)


def parse_prompt(prompt: str) -> SceneDescription:
    """Return the scene that ``prompt`` describes.

    Every string is valid: markup is ignored, and unknown words are only listed. What the prompt
    states is not there ("no people") is not in the scene.
    """
    prompt = prompt[:MAX_PROMPT]
    counted, numbers = read_numbers(prompt)
    builder, words = _SceneBuilder(), split_prompt(remove_negated(counted, _match_phrases))
    for phrase, role in _match_phrases(words[:MAX_WORDS]):
        builder.add(phrase, role)
    word_count = len(split_prompt(prompt)[:MAX_WORDS])
    texts = (*sign_texts(prompt), *numbers)
    scene = replace(builder.scene(), word_count=word_count, sign_texts=texts)
    return apply_looks(complete_setting(apply_activity(attach_body_parts(apply_clothing(scene)))))


@lru_cache(maxsize=1024)
def has_drawing(phrase: str) -> bool:
    """Return whether there is a drawing of a noun of the prompt."""
    return any(subject.sprites for subject in parse_prompt(phrase).subjects[:1])


def _match_phrases(words: list[str]) -> Iterator[tuple[str, Role | None]]:
    """Yield the phrases in order, each with its role, which is None for a noun.

    The longest match is used, so that "hot air balloon" is one noun and "dark night" is not a mood.
    A word that begins no known phrase has a role too: "ignored" or "unknown".
    """
    index = 0
    while index < len(words):
        for length in range(min(MAX_PHRASE_WORDS, len(words) - index), 0, -1):
            phrase = " ".join(words[index : index + length])
            role = _role_of(phrase)
            if role or find_sprites(phrase):
                yield phrase, role
                break
        else:
            yield phrase, _role_without_match(phrase)
        index += length  # the length is 1 here for a word without a match


def _role_of(phrase: str) -> Role | None:
    """Return the role of ``phrase``, or of its singular if no drawing has this name."""
    candidates = [phrase, *([] if find_sprites(phrase) else singular_candidates(phrase))]
    return next((roles()[word] for word in candidates if word in roles()), None)


def _role_without_match(word: str) -> Role:
    """Return the role of a word that the vocabulary does not contain: a number, or no meaning."""
    if word.isdecimal():
        count = min(int(word), MAX_COUNT)  # other numbers than counts are not here any more
        return Role("numbers", str(count)) if count else Role("ignored", "number")
    is_privative = word.endswith(PRIVATIVE_ENDINGS)  # "leafless" only states what is not there
    return Role("ignored" if is_privative or word in STOPWORDS else "unknown", word)


class _SceneBuilder:
    """Builds the scene phrase by phrase.

    Modifiers stay in ``_count``, ``_size`` and ``_pending_colors`` until a noun or a part of the
    surroundings uses them; then ``_reset_modifiers`` clears them.
    """

    def __init__(self) -> None:
        self._subjects: list[Subject] = []
        self._keys: dict[
            str, list[str]
        ] = {}  #: keys by table of words.toml, in the order of the words
        self._part_colors: dict[str, str] = {}
        self._inferred_parts: set[str] = set()  #: parts with a color that is not in the words
        self._earlier_colors: list[str] = []
        self._shapes_position = ""
        self._unknown_words: list[str] = []
        self._personal_traits: list[str] = []  #: they wait for a person, whatever else comes first
        self._mentions: list[Mention] = []
        self._color_words: list[tuple[str, str]] = []
        self._phrase = ""
        self._was_person = self._is_adjacent = False  #: whether the last phrase was a person
        self._reset_modifiers()

    def _reset_modifiers(self) -> None:
        self._count, self._size, self._is_little = 0, "", False
        self._size_word, self._color_words = "", []
        self._traits: list[str] = []
        self._pending_colors: list[str] = []
        self._after_dark = False
        self._after_orange = False  #: "orange" is a fruit unless a noun follows

    def add(self, phrase: str, role: Role | None) -> None:
        """Add one phrase."""
        self._add_couple(role, phrase)
        self._is_adjacent, self._was_person = self._was_person, False
        self._phrase = phrase
        self._add_mention(phrase, role)
        if role is None:
            self._add_subject(phrase)
        else:
            handler = self._HANDLERS.get(role.table, _SceneBuilder._add_key)
            handler(self, role)

    def _add_mention(self, phrase: str, role: Role | None) -> None:
        """Note a phrase that names a thing, before its attributes are used up."""
        table, key = (role.table, role.key) if role else ("", "")
        if role is None or table in THINGS:
            colors = tuple(self._color_words)
            self._mentions.append(Mention(phrase, table, key, self._size_word, colors))

    def scene(self) -> SceneDescription:
        """Return the scene, after all phrases have been added."""
        self._add_couple(None, "")
        self._use_trailing_traits()
        self._use_trailing_colors()
        first = {table: keys[0] for table, keys in self._keys.items() if keys}
        return SceneDescription(
            subjects=tuple(self._subjects[:MAX_SUBJECTS]),
            setting=first.get("settings", ""),
            ground=first.get("grounds", ""),
            verge=self._verge(),
            background=self._distinct("backgrounds"),
            sky=frozenset(self._keys.get("skies", ())),
            moods=frozenset(self._keys.get("moods", ())),
            materials=self._distinct("materials"),
            activity=first.get("activities", ""),
            part_colors=tuple(self._part_colors.items()),
            accent_colors=tuple(self._keys.get("shapes", self._pending_colors)),
            shapes_position=self._shapes_position,
            has_wall="wall" in self._keys.get("parts", ()) and "materials" in self._keys,
            unknown_words=tuple(self._unknown_words),
            mentions=tuple(self._mentions),
        )

    def _verge(self) -> str:
        grounds = self._keys.get("grounds", [])
        if grounds[:1] != ["road"]:
            return ""
        return next((ground for ground in grounds if ground in VERGES), "")

    def _distinct(self, table: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._keys.get(table, ())))

    def _use_trailing_colors(self) -> None:
        """Use colors without a following noun: for the mood, a fruit, or the lower part."""
        pending = self._pending_colors
        last = pending[-1] if pending else ""
        # Of "black and white photograph", the record may contain both colors or only one of them.
        if pending == ["black", "white"] or is_black_and_white(self._earlier_colors, last):
            self._keys.setdefault("moods", []).append("gray")
            self._pending_colors = []
        if self._after_orange and self._pending_colors == ["orange"] and not self._subjects:
            self._pending_colors = []
            self._add_tangerine()
        # "brown background green": the last color is for the lower part; "below" was dropped.
        if self._pending_colors and self._part_colors.keys() & set(UPPER_PARTS):
            self._part_colors.setdefault("below", self._pending_colors[0])
            self._part_colors.setdefault("ground", self._pending_colors.pop(0))

    def _add_subject(self, phrase: str, words: tuple[str, ...] = ()) -> None:
        """Add objects; a repeated noun only adds its color, because it means the same object.

        ``words`` are the words of the prompt, if they are not ``phrase``.
        """
        words = words or (phrase,)
        sprites = find_sprites(phrase)
        for index, subject in enumerate(self._subjects):
            if subject.sprites == sprites and not is_people(subject):
                colors = subject.colors or tuple(self._pending_colors)
                shown = (*subject.words, *words)
                self._subjects[index] = replace(subject, colors=colors, words=shown)
                self._reset_modifiers()
                return
        if phrase == "people" and self._subjects and self._subjects[-1].noun == "crowd":
            crowd = self._subjects[-1]  # "crowd of people"
            self._subjects[-1] = replace(crowd, words=(*crowd.words, *words))
            return
        last = self._subjects[-1] if self._subjects else None
        if phrase == "crowd" and last and last.noun == "people" and not last.is_counted:
            # "people crowd", as the order of importance has it
            crowd = replace(last, noun=phrase, sprites=sprites, count=_default_count(phrase))
            self._subjects[-1] = replace(crowd, words=(*last.words, *words))
            self._reset_modifiers()
            return
        count = min(MAX_COUNT, self._count or _default_count(phrase))
        looks = self._take_looks(sprites)
        colors = tuple(self._pending_colors)
        is_little_child = self._is_little and sprites[0].startswith(CHILD_PREFIX)
        size = "" if is_little_child else self._size  # a "little girl" is as large as a girl
        is_counted = self._count > 0
        subject = Subject(phrase, sprites, count, size, colors, (), looks, words, is_counted)
        is_person = sprites[0] in sprite_library().people
        if self._is_adjacent and is_person and not is_figure(sprites[0]):
            subject = _with_role(self._subjects.pop(), subject)
        if self._is_adjacent and sprites[0] in sprite_library().animals:
            subject = self._as_young(subject)
        self._was_person = is_figure(sprites[0])
        self._subjects.append(subject)
        self._reset_modifiers()

    def _add_tangerine(self) -> None:
        """Add the fruit that "orange" names."""
        self._mentions.append(Mention("orange"))
        self._add_subject("tangerine", ("orange",))

    def _as_young(self, animal: Subject) -> Subject:
        """Return the animal of "baby elephant", which is small; any other one is unchanged."""
        if self._subjects[-1].sprites[0] != BABY:
            return animal
        baby = self._subjects.pop()
        return replace(animal, size=animal.size or baby.size or "medium").showing(baby)

    def _take_looks(self, sprites: tuple[str, ...]) -> Looks:
        """Return the looks of the next object, from the traits before it.

        If it is not a person, a trait belongs to the last person, or else "blond" is its color.
        """
        if sprites and sprites[0] in sprite_library().people:
            traits, self._personal_traits = [*self._personal_traits, *self._traits], []
            return reduce(merge_looks, traits, Looks())
        if not self._give_to_last_person(self._personal_traits):
            hair = reduce(merge_looks, self._personal_traits, Looks()).hair
            self._pending_colors += [hair] if hair and not self._pending_colors else []
        self._personal_traits = []
        return Looks()

    def _give_to_last_person(self, traits: Sequence[str]) -> bool:
        """Add ``traits`` to the last person; return whether there is one."""
        for index in reversed(range(len(self._subjects))):
            subject = self._subjects[index]
            if subject.sprites and subject.sprites[0] in sprite_library().people:
                looks = reduce(merge_looks, traits, subject.looks)
                self._subjects[index] = replace(subject, looks=looks)
                return True
        return False

    def _use_trailing_traits(self) -> None:
        """Use traits without a following noun, for the last person; "elderly" alone is a person."""
        traits = [*self._personal_traits, *self._traits]
        is_person = bool(self._personal_traits) or any("sex=" in trait for trait in self._traits)
        if traits and not self._give_to_last_person(traits) and is_person and not self._subjects:
            self._add_subject("person")

    def _add_trait(self, role: Role) -> None:
        self._traits.append(role.key)

    def _add_personal_trait(self, role: Role) -> None:
        is_possession = self._phrase.rsplit(" ", 1)[-1] in POSSESSIONS
        if not is_possession or not self._give_to_last_person([role.key]):
            self._personal_traits.append(role.key)

    def _add_couple(self, role: Role | None, phrase: str) -> None:
        """Add two people for "couple", unless the next ``phrase`` is a plural or its attribute."""
        is_number = singular_candidates(phrase) if role is None else role.table in ATTRIBUTES
        if self._phrase == "couple" and not is_number:
            self._phrase = ""
            self._mentions.append(Mention("couple"))
            self._add_subject("people", ("couple",))

    def _add_number(self, role: Role) -> None:
        self._count = int(role.key)

    def _add_size(self, role: Role) -> None:
        self._size, self._size_word = role.key, self._phrase
        self._is_little = self._phrase == "little"

    def _add_color(self, role: Role) -> None:
        self._after_orange = role.key == "orange"
        self._earlier_colors.append(role.key)
        self._color_words.append((self._phrase, role.key))
        if role.key not in self._pending_colors:
            self._pending_colors.append(role.key)

    def _add_position(self, role: Role) -> None:
        """Set the position of the last objects or, without objects, of the shapes."""
        if self._after_orange and self._pending_colors[-1:] == ["orange"]:
            self._pending_colors.pop()
            self._add_tangerine()
        if not self._subjects:  # colors with a position belong to an object without a noun
            self._shapes_position = self._shapes_position or role.key
            if self._pending_colors:
                self._add_shapes()
                self._reset_modifiers()
        if self._subjects and role.key not in self._subjects[-1].positions:
            last = self._subjects[-1]
            self._subjects[-1] = replace(last, positions=(*last.positions, role.key))
            if self._mentions and self._mentions[-1].phrase in last.words:
                named = self._mentions[-1]
                self._mentions[-1] = replace(named, positions=(*named.positions, role.key))

    def _add_shapes(self) -> None:
        self._keys.setdefault("shapes", []).extend(self._pending_colors)
        self._keys.setdefault("settings", []).append("shapes")

    def _add_part(self, role: Role) -> None:
        self._color_part(role.key, role)

    def _add_ground(self, role: Role) -> None:
        grounds = self._keys.get("grounds", [])
        is_verge = grounds[:1] == ["road"] and role.key in VERGES
        self._color_part("verge" if is_verge else "ground", role)

    def _add_setting(self, role: Role) -> None:
        if role.key == "shapes":
            self._add_shapes()
            self._pending_colors = []
        else:
            self._color_part(role.key, role)

    def _add_mood(self, role: Role) -> None:
        if role.key == "gray":  # the colors are from "black and white photograph"
            self._pending_colors = [
                name for name in self._pending_colors if name not in ("black", "white")
            ]
        self._after_dark = role.key == "dark"
        self._add_key(role)

    def _color_part(self, part: str, role: Role) -> None:
        """Set the color of a part of the surroundings; the first color has precedence."""
        if self._after_dark and not self._pending_colors and part in ("wall", "background"):
            self._pending_colors = ["black"]  # "dark background"
        if self._pending_colors:
            # "white wall ... brown wall": the wall behind the subject is named first. But an
            # inferred color is replaced by one in the words.
            if not self._part_colors.get(part) or part in self._inferred_parts:
                self._part_colors[part] = self._pending_colors[0]
            self._inferred_parts.discard(part)
        elif part in (*UPPER_PARTS, "below", "ground") and part not in self._part_colors:
            kind = role.key if part == "ground" else part
            color = infer_part_color(kind, self._earlier_colors, self._part_colors)
            self._part_colors[part] = color
            self._inferred_parts.add(part)
        self._add_key(role)
        self._reset_modifiers()

    def _add_unknown_word(self, role: Role) -> None:
        self._unknown_words.append(role.key)

    def _ignore(self, role: Role) -> None:
        """Do nothing: the word has no meaning for a picture."""

    def _add_key(self, role: Role) -> None:
        self._keys.setdefault(role.table, []).append(role.key)

    _HANDLERS: ClassVar[dict[str, Callable[[_SceneBuilder, Role], None]]] = {
        "numbers": _add_number,
        "sizes": _add_size,
        "colors": _add_color,
        "positions": _add_position,
        "parts": _add_part,
        "backgrounds": _add_part,
        "grounds": _add_ground,
        "settings": _add_setting,
        "moods": _add_mood,
        "traits": _add_trait,
        "personal_traits": _add_personal_trait,
        "unknown": _add_unknown_word,
        "ignored": _ignore,
    }


def _with_role(person: Subject, role: Subject) -> Subject:
    """Return one subject for two adjacent nouns, such as "woman doctor" and "man suit"."""
    sex = sex_of_figure(person.sprites[0])
    looks = replace(person.looks, sex=person.looks.sex or sex)
    is_dressed = is_clothing(role.noun)  # otherwise, clothing is dropped, and the person with it
    return replace(
        role,
        noun=person.noun if is_dressed else role.noun,
        count=person.count if is_dressed else max(person.count, role.count),
        size=person.size or role.size,
        colors=person.colors or role.colors,
        looks=looks,
    ).showing(person)


def _default_count(phrase: str) -> int:
    """Return the number of objects that ``phrase`` means without a number word."""
    if phrase == "crowd":
        return CROWD_COUNT
    candidates = singular_candidates(phrase)
    is_name = bool(find_sprites(phrase)) and not any(map(find_sprites, candidates))
    is_plural = bool(candidates) and not is_name  # "mercedes" and "canvas" are not plurals
    if is_plural and phrase.rsplit(" ", 1)[-1] not in PLURALS_IN_ONE_DRAWING:
        return PLURAL_COUNT
    return PLURAL_COUNT if phrase in COLLECTIVE_NOUNS else 1
