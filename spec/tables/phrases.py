"""Plain descriptions, made up: what a detector with a list of nouns says about a photograph.

People rarely write "large gray bus in the center", machines do. Each noun gets some such phrases,
with every colour, size and place taking turns, so that the tables know what follows a colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

#: Everyday things that detectors and classifiers know, the most usual in photographs first.
USUAL = """
person people man woman child crowd car bus train truck boat vessel airplane motorcycle bicycle
horse dog cat bird cow sheep elephant bear zebra giraffe umbrella bench chair couch table bed plant
vase cup bowl bottle glass plate pizza cake sandwich banana apple orange broccoli carrot donut
laptop keyboard television phone clock book sink oven refrigerator toilet teddy surfboard skateboard
skis snowboard kite ball racket bat frisbee traffic light hydrant stop sign suitcase backpack
handbag tie statue building house church tower castle bridge barn fence door window lighthouse
mountain lake beach sailboat parrot flower tree street
""".split()
OTHERS = """
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
COLOURS = "brown white black gray red blue green yellow orange beige pink purple teal".split()
SIZES = ("large", "huge", "small", "")
NUMBERS = ("", "two", "", "three", "", "four", "", "five", "", "six", "", "many")
PLACES = (
    "center", "left", "right", "bottom left", "top", "bottom", "top right", "across", "row",
    "top left", "bottom right", "left right",
)  # fmt: skip
GROUNDS = (
    "{} background", "{} wall {} floor", "blue sky green grass", "{} background {} ground",
    "green trees {} road", "blue cloudy sky blue water", "street {} road", "{} wall {} table",
    "gray cloudy sky", "kitchen {} wall", "beige sand blue water", "green trees green grass",
    "living room {} floor", "white snow blue sky", "{} background {} below", "night street dark",
)  # fmt: skip
TURNS = ((USUAL, 40), (OTHERS, 12))  #: phrases for each noun
SHAPES = 300  #: phrases about pictures in which no thing is known


def phrases() -> Iterator[list[str]]:
    """Yield the words of every phrase; steps of different lengths mix the lists evenly."""
    turn = count()
    for nouns, times in TURNS:
        for noun in nouns:
            for _ in range(times):
                yield _phrase(noun, next(turn))
    for number in range(SHAPES):
        yield _shapes(number)


def _phrase(noun: str, turn: int) -> list[str]:
    colour, other = _pick(COLOURS, turn), _pick(COLOURS, turn * 5 + 3)
    beside = _pick(USUAL, turn * 7)
    parts = (
        _pick(NUMBERS, turn * 5), _pick(SIZES, turn // 3), colour if turn % 4 else "", noun,
        _pick(PLACES, turn * 5 + turn // 7), _pick(GROUNDS, turn * 3).format(other, colour),
        other, beside, _pick(PLACES, turn),
    )  # fmt: skip
    return " ".join(parts).split()


def _shapes(turn: int) -> list[str]:
    first, second, third = (_pick(COLOURS, turn * step + 1) for step in (1, 5, 3))
    place, ground = _pick(PLACES, turn), _pick(GROUNDS, turn * 3).format(second, first)
    return f"abstract {first} {second} {third} {place} {ground} smooth texture surface".split()


def _pick(words: tuple[str, ...] | list[str], turn: int) -> str:
    return words[turn % len(words)]
