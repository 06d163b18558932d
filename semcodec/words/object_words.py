"""What each word of a received list can be: an object, or its number, color, size or place.

The lists of ``structure`` and the table of ``word_classes`` decide. A word that names nothing that
can be pointed at in a picture (light, mood, sunset, photograph) is not an object: a statement about
it could not be checked. Names of countries and cities are not objects either.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from semcodec.words.closed_classes import (
    DETERMINERS,
    INDEFINITES,
    PREPOSITIONS,
    SUBORDINATORS,
)
from semcodec.words.numbers.words import DECADES, ORDINALS
from semcodec.words.phrases import AUXILIARIES, CONJUNCTIONS, DEPICTION_VERBS, PRONOUNS
from semcodec.words.plurals import is_plural, singular
from semcodec.words.stopwords import FUNCTION_WORDS, STOPWORDS
from semcodec.words.structure import COLORS, FILLERS, POSITIONS, RELATIONS, SIZES, UNIT_WORDS
from semcodec.words.subject import PART_WORDS, PICTURE_WORDS, QUANTITY_WORDS
from semcodec.words.vocabulary import vocabulary
from semcodec.words.word_classes import WordClass, class_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Part(Enum):
    """What a word of a list is."""

    NOUN = "noun"
    COUNT = "count"
    COLOR = "color"
    SIZE = "size"
    POSITION = "position"  #: left, or a word beside it: the left side
    ADJECTIVE = "adjective"  #: may be between a color and its noun
    IDEA = "idea"  #: a noun if a number or a color is before it: a red design
    PARTICIPLE = "participle"  #: may be between a number and its noun: two parked cars
    NEGATION = "negation"
    LINK = "link"  #: a function word between a noun and its position: on the left
    OTHER = "other"  #: ends whatever waits for a noun


#: The words for a place, each with the one that it means.
PLACES: Final = {
    "left": "left", "leftmost": "left", "right": "right", "rightmost": "right",
    "center": "center", "centre": "center", "middle": "center",
    "top": "top", "upper": "top", "bottom": "bottom", "lower": "bottom",
}  # fmt: skip
#: Numbers without digits: the fewest and the most that they can mean.
QUANTIFIERS: Final[dict[str, tuple[int, int | None]]] = {
    "pair": (2, 2), "couple": (2, 2), "duo": (2, 2), "both": (2, 2), "twin": (2, 2),
    "trio": (3, 3), "few": (2, None), "several": (3, None), "many": (4, None),
    "numerous": (4, None), "dozen": (12, 12),
}  # fmt: skip
#: Shapes, and words of the photographer's language: "a long shot", "a wide view".
NOT_SIZES: Final = _words("grand great long medium narrow short towering vast wide")
CHECKED_SIZES: Final = SIZES - NOT_SIZES
#: Words about the photograph that the class table has as adjectives.
SHOT_WORDS: Final = _words("outdoor outdoors indoor indoors full outside inside portrait aerial")
#: Classes "idea" of the table that can be pointed at.
VISIBLE_IDEAS: Final = _words(
    """
    armchairs arrow arrows badge badges baseball basketball beam beams book books boxcar boxcars
    cables cards centerpiece chopper diploma document donkey feathers fins fire flame flames
    football footprint footprints hand hands hydrangea icon kite kites label legs letters lettuce
    lichen logo logos magazine meter meters newspaper newspapers notebook notebooks path paths pawn
    peak peaks pillar pillars placard playground poster racket rackets ring rings roller rollers
    roots scales shell shells shingles shoe shoes sign signs skeleton skeletons sloth sphere spheres
    stem stems stripes symbol symbols taxis television televisions tentacles thorns ticket toppings
    treasure tv volleyball window windows wing wings
    """
)
#: Classes "thing" and "thing or verb" of the table that name nothing visible.
NOT_OBJECTS: Final = _words(
    """
    against air amount angles anime anyone architecture art attire birthday business color colors
    comic continent corners day daylight design direction distance dusk earth east edges elements
    energy evening event everyone exterior fog formations front gloss glow glows heading health
    horizons hue hues humidity individual individuals innovation interior internet language length
    light lighter lighting love margin material midpoint mix moment monochrome mood morning motion
    music nature neon night noon north number numbers object outline outlines paint party patch
    patches
    perspective quarters rays rest school season section segment segments sepia setup shade shadow
    shadows shape shapes shine showcased silence someone something south space spots spray states
    structure style substance summer sunlight sunrise sunset sunshine suspension tech text texture
    theme things tint tints tones top tops twilight university variety view views vintage weather
    west wildlife wind winter word words world zoo
    """
)
#: Colors that are things if no noun follows.
FRUITS: Final = _words("lime olive orange peach")
#: Words before which a number belongs to a longer word: a two story house, a three legged dog.
MEASURED: Final = UNIT_WORDS | _words(
    """
    lane legged masted person piece seat seater sided storeyed storied story tiered tone toned way
    wheel wheeled
    """
)
#: Verbs that the table also has as things; a noun only after an adjective, a color or a number.
LIKELY_VERBS: Final = _words(
    """
    bend bends border borders cast cover covers dive drapes face faces falls flies hang heads lap
    looms match matches mix park parks place places prop release rest rests stand stands state
    switch trails treat wake watch watches wind winds wrap
    """
)
#: Groups that are objects unless what they consist of follows: "a crowd of people".
GROUPS: Final = _words("bunch cluster couple crowd family flock heap herd pile stack team")
#: Surroundings. They fill the picture, have no place in it, and are rarely its subject.
SURROUNDINGS: Final = _words(
    """
    backdrop background bathroom beach bedroom ceiling city clouds court desert field floor
    foreground forest grass ground horizon jungle kitchen landscape lawn meadow mountains ocean
    pavement rain road room sand sea sky skyline snow street surface wall walls water woods
    """
)
#: Parts of a body: "left arm" is not a place in the picture.
BODY_PARTS: Final = _words(
    """
    arm arms beak ear ears elbow eye eyes face feet finger fingers foot forehead hand hands head
    knee knees leg legs mouth neck nose paw paws shoulder shoulders tail thumb wing wings wrist
    """
)
PLACE_NAMES: Final = _words(
    """
    africa america amsterdam angeles asia athens australia austria bangkok barcelona beijing beirut
    berlin boston brazil britain california canada chicago cologne cuba dubai dublin dubrovnik egypt
    england europe florence florida france germany greece hawaii iceland india indonesia ireland
    istanbul italy japan jerusalem kenya kong korea kyoto lisbon london macau madrid manhattan
    melbourne mexico miami milan montreal moscow nevada norway oregon oslo paris peru philadelphia
    poland portugal prague rome russia scotland seattle seoul singapore spain stockholm sweden
    switzerland sydney texas thailand tokyo toronto ukraine usa vancouver vegas venice vienna
    vietnam warsaw york zurich
    """
)
#: Nouns of two words that the table of compounds lacks, or in which the first is not a noun.
COMPOUNDS: Final = frozenset(
    tuple(pair.split())
    for pair in """
    air balloon,baseball bat,baseball field,baseball glove,basketball court,birthday cake,bow tie,
    bus stop,cell phone,chicken wire,christmas tree,city bus,cutting board,dining table,
    eiffel tower,fire engine,fire escape,fire hydrant,fire truck,flower pot,football field,
    fruit bowl,fruit stand,glass vase,golden gate,guinea pig,hair drier,hair dryer,hay bale,
    hot dog,hot tub,ice cream,jet ski,killer whale,lamp post,
    palm tree,palm trees,paper towel,parking lot,
    parking meter,phone booth,picnic table,pine tree,pine trees,polar bear,potted plant,race car,
    remote control,rocking chair,rubber duck,sea lion,sewing machine,shetland pony,shopping bag,
    shopping cart,skate board,ski pole,ski poles,sky diver,soccer ball,soccer field,sports ball,
    stop sign,street lamp,street lamps,street light,street lights,street sign,street signs,
    stuffed animal,swimming pool,table lamp,teddy bear,telephone booth,telephone pole,tennis ball,
    tennis court,tennis racket,toilet paper,toy car,traffic cone,traffic light,traffic lights,
    traffic sign,train track,train tracks,tv remote,washing machine,water bottle,water tower,
    wheel chair,wind turbine,wine bottle,wine glass,wine glasses
    """.replace("\n", " ").split(",")
)
#: Pairs that the table of compounds has in one order only, but that are two things.
NOT_COMPOUNDS: Final = frozenset(
    tuple(pair.split())
    for pair in """
    beard mustache,burger patty,butter jelly,catcher umpire,cheese ham,cup saucer,dirt gravel,
    entrance exit,father son,fork spoon,grass trees,habitat zoo,hat kilt,keyboard mouse,
    kilt bowtie,knife fork,
    lettuce tomato,meat veggies,pitch catcher,pitcher catcher,portrait gecko,refrigerator freezer,
    shower toilet,suit tie,table chairs,tree grass,volcano lava,wave surfboard,wetsuit surfboard
    """.replace("\n", " ").split(",")
)
#: Surroundings that are not objects, but whose color is worth checking.
PLAIN_SURROUNDINGS: Final = _words("background backdrop ground foreground")
#: What follows these belongs to a person, and has no place of its own.
WORN_VERBS: Final = _words("wearing wears holding holds carrying carries dressed")
_NEGATIONS: Final = _words("no not without none never non zero nobody nothing neither nor")
#: Words that a heading has in small letters: "Two Dogs on a Sofa".
SMALL_WORDS: Final = FUNCTION_WORDS | PREPOSITIONS
_LINKS: Final = _words("on at in to the a an near toward towards is are was were")
_OTHERS: Final = (
    RELATIONS | PREPOSITIONS | PRONOUNS | INDEFINITES | AUXILIARIES | CONJUNCTIONS | SUBORDINATORS
    | DEPICTION_VERBS | SHOT_WORDS
)  # fmt: skip
_EMPTY_WORDS: Final = QUANTITY_WORDS | PART_WORDS | PICTURE_WORDS
_NOT_NOUNS: Final = (
    PICTURE_WORDS | PART_WORDS | QUANTITY_WORDS | FILLERS | NOT_OBJECTS | STOPWORDS | PLACE_NAMES
) - GROUPS
_IDEAS: Final = frozenset((WordClass.IDEA, WordClass.IDEA_OR_VERB))
_NOUN_CLASSES: Final = frozenset((WordClass.THING, WordClass.THING_OR_VERB))


def part_of(word: str) -> Part:
    """Return what ``word``, in lower case, is, without a look at its neighbors."""
    if word in _NEGATIONS:
        return Part.NEGATION
    if word in QUANTIFIERS:
        return Part.COUNT
    if word in COLORS:
        return Part.COLOR
    if word in CHECKED_SIZES:
        return Part.SIZE
    if word in POSITIONS:
        return Part.POSITION
    if word in DETERMINERS or word in _LINKS:
        return Part.LINK
    if word in _OTHERS or word in ORDINALS or word in DECADES:
        return Part.OTHER
    if "-" in word:
        return _part_of_hyphenated(word)
    return _part_by_class(word)


def is_compound(first: str, second: str) -> bool:
    """Return whether two words that follow each other are one noun: fire hydrant, lamp posts."""
    if (first, second) in COMPOUNDS or (first, singular(second)) in COMPOUNDS:
        return True
    if (first, second) in NOT_COMPOUNDS or not PLACE_NAMES.isdisjoint((first, second)):
        return False
    if first in _UNJOINED or second in _UNJOINED or is_plural(first):
        return False
    if class_of(first) not in _COMPOUND_CLASSES or class_of(second) not in _COMPOUND_CLASSES:
        return False
    table = vocabulary()
    # Pairs that are common in both orders are two things: knife and fork, fork and knife.
    forms = (second, singular(second))
    return any(table.is_compound(first, form) for form in forms) and not any(
        table.is_compound(form, first) for form in forms
    )


def is_known(word: str) -> bool:
    """Return whether the vocabulary has ``word``; another one is most often a name."""
    return vocabulary().number(word) is not None


_UNJOINED: Final = frozenset(
    COLORS | SIZES | POSITIONS | QUANTITY_WORDS | RELATIONS | LIKELY_VERBS | NOT_OBJECTS | STOPWORDS
)
_COMPOUND_CLASSES: Final = frozenset((*_NOUN_CLASSES, WordClass.IDEA))


def _part_of_hyphenated(word: str) -> Part:
    """Return what "blue-gray", "red-haired", "T-shirt" or "3-story" is."""
    pieces = [piece for piece in word.split("-") if piece]
    colors = [piece for piece in pieces if piece not in ("and", "light", "dark", "pale", "bright")]
    if colors and all(piece in COLORS for piece in colors):
        return Part.COLOR
    if not pieces or not pieces[0].isalpha() or not pieces[-1].isalpha():
        return Part.ADJECTIVE
    last = part_of(pieces[-1])
    return last if last is Part.NOUN else Part.ADJECTIVE


def _part_by_class(word: str) -> Part:
    if not word.isalpha() or not word.isascii():
        return Part.NOUN if word.isalpha() else Part.OTHER
    if word in VISIBLE_IDEAS:
        return Part.NOUN
    if word in _NOT_NOUNS or (singular(word) in _EMPTY_WORDS and word not in VISIBLE_IDEAS):
        return Part.OTHER
    kind = class_of(word)
    if kind in _NOUN_CLASSES:
        return Part.NOUN
    if kind in _IDEAS and is_plural(word) and _part_by_class(singular(word)) is Part.NOUN:
        return Part.NOUN  # the table has bowls as an idea, and bowl as a thing
    if kind in _IDEAS:
        return Part.IDEA
    if kind is WordClass.MODIFIER:
        return Part.ADJECTIVE
    if kind is WordClass.VERB and word.endswith(("ed", "ing", "en", "wn")):
        return Part.PARTICIPLE
    return Part.OTHER
