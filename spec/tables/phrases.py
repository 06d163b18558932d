"""Synthetic phrases in the style of an object detector's output.

People rarely write "large gray bus in the center", but the offline describer does. Each noun gets
some such phrases with changing colors, sizes and layouts, so that the tables contain pairs of nouns
and colors. The phrases are an input of a frozen table: they must not change.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

# The lists are split at spaces, so that "traffic light" and "stop sign" count as two nouns each.

#: Everyday things that detectors and classifiers know, the most frequent in photographs.
COMMON_NOUNS = """
person people man woman child crowd car bus train truck boat vessel airplane motorcycle bicycle
horse dog cat bird cow sheep elephant bear zebra giraffe umbrella bench chair couch table bed plant
vase cup bowl bottle glass plate pizza cake sandwich banana apple orange broccoli carrot donut
laptop keyboard television phone clock book sink oven refrigerator toilet teddy surfboard skateboard
skis snowboard kite ball racket bat frisbee traffic light hydrant stop sign suitcase backpack
handbag tie statue building house church tower castle bridge barn fence door window lighthouse
mountain lake beach sailboat parrot flower tree street
""".split()
OTHER_NOUNS = """
fish shark chicken ostrich eagle vulture owl lizard frog turtle crocodile dinosaur serpent spider
peacock toucan mallard goose swan kangaroo koala jellyfish coral snail crab lobster flamingo pelican
penguin whale seal wolf fox lynx leopard lioness tiger beetle bee grasshopper dragonfly butterfly
starfish rabbit hamster hedgehog squirrel beaver pig hippopotamus goat antelope camel llama otter
gorilla monkey panda insect animal accordion guitar airship ambulance bakery balloon barrel bathtub
bell bookshelf bucket butcher taxi candle cannon kayak carousel cello coffee coffeepot cowboy dam
desk computer harbor dome drum fan locomotive firetruck flagpole helmet fountain gondola piano
greenhouse store tractor harp iron pumpkin kimono lamp lifeboat lipstick mailbox mask labyrinth
stones microphone microwave soldier spaceship caravan mosque moped tent obelisk organ mansion
parachute terrace pillow pot police restaurant gun shoes saxophone scale scoreboard shield curtain
snowmobile snowplow soup speedboat web stage stove streetcar temple submarine tuxedo sundial
sunglasses swing teapot baseball basketball volleyball football roof arch tricycle wardrobe tennis
baguette salad dessert burger meat vegetables mushroom strawberry lemon fruit pineapple hay noodles
wineglass cliff geyser valley diver flowers corn hat dress swimsuit food coast fork knife spoon
toothbrush scissors remote mouse toaster
""".split()
COLORS = "brown white black gray red blue green yellow orange beige pink purple teal".split()
SIZES = ("large", "huge", "small", "")
NUMBERS = ("", "two", "", "three", "", "four", "", "five", "", "six", "", "many")
LAYOUTS = (
    "center", "left", "right", "bottom left", "top", "bottom", "top right", "across", "row",
    "top left", "bottom right", "left right",
)  # fmt: skip
BACKGROUNDS = (
    "{} background", "{} wall {} floor", "blue sky green grass", "{} background {} ground",
    "green trees {} road", "blue cloudy sky blue water", "street {} road", "{} wall {} table",
    "gray cloudy sky", "kitchen {} wall", "beige sand blue water", "green trees green grass",
    "living room {} floor", "white snow blue sky", "{} background {} below", "night street dark",
)  # fmt: skip
#: Lists of nouns, and how many phrases each of their nouns gets.
PHRASES_PER_NOUN = ((COMMON_NOUNS, 40), (OTHER_NOUNS, 12))
#: Examples of the paper and of the documents, which a reader may try.
EXAMPLES = ("indian traditional arch window",)
EXAMPLE_TIMES = 100
ABSTRACT_PHRASES = 300  #: number of phrases about images without a known thing


def phrases() -> Iterator[list[str]]:
    """Yield the words of every phrase.

    Each list is cycled through with its own step length, so that each of its items appears about
    equally often. Items of lists with a common period are not combined freely: the same step picks
    both colors, so each color meets only one other, and each number only one final layout.
    """
    step = count()
    for nouns, times in PHRASES_PER_NOUN:
        for noun in nouns:
            for _ in range(times):
                yield _phrase(noun, next(step))
    for number in range(ABSTRACT_PHRASES):
        yield _abstract_phrase(number)
    for example in EXAMPLES:
        yield from [example.split()] * EXAMPLE_TIMES


def _phrase(noun: str, step: int) -> list[str]:
    """Return the words of a phrase about ``noun``."""
    # A factor of ``step`` is coprime to the length of its list, so that every item is picked. The
    # quotients change more slowly, so that they do not repeat in step with the other lists.
    color, other = _pick(COLORS, step), _pick(COLORS, step * 5 + 3)
    beside = _pick(COMMON_NOUNS, step * 7)
    parts = (
        _pick(NUMBERS, step * 5), _pick(SIZES, step // 3), color if step % 4 else "", noun,
        _pick(LAYOUTS, step * 5 + step // 7), _pick(BACKGROUNDS, step * 3).format(other, color),
        other, beside, _pick(LAYOUTS, step),
    )  # fmt: skip
    return " ".join(parts).split()


def _abstract_phrase(step: int) -> list[str]:
    """Return the words of a phrase without a noun from the lists."""
    first, second, third = (_pick(COLORS, step * factor + 1) for factor in (1, 5, 3))
    layout, background = _pick(LAYOUTS, step), _pick(BACKGROUNDS, step * 3).format(second, first)
    return f"abstract {first} {second} {third} {layout} {background} smooth texture surface".split()


def _pick(items: tuple[str, ...] | list[str], step: int) -> str:
    """Return the item at ``step``, counted around the end of the list."""
    return items[step % len(items)]
