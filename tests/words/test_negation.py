"""What a text states is not there, and what only resembles it. Brackets mark what is negated."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.words.negation import find_negated, find_negative_names
from tests import profiles
from tests.each import for_each

NOUNS = """
[No people], [no cars].
[No people], and [no cars].
There is [no dog] in the yard.
There are [no longer any trees] on the hill.
A street with [no people, cars or dogs] in the rain.
A beach with [no people, umbrellas, or towels]; a boat is on the sand.
The house has [no doors and windows].
The house has [no roof] and its walls are broken.
A house with [no windows] and a red door.
A kitchen with [no windows], a large oven and a blue door.
A bald man with [no beard], blue eyes and a scar.
trees with [no leaves] and snow on the ground
There are [no people in sight], and the shops are red.
There are [no people visible in the image].
[No windows are visible] in the brick wall.
[No faces can be seen].
[No dog sits] on the chair.
[No birds fly] over the lake.
A cup with [no handle] sits on a saucer.
There are [no pictures of cats] on the wall.
There's [no sign of the dog] on the lawn.
There's [not a soul] on the pier.
There is [not one tree] in the field.
This is [not a dog] but a cat.
A red, [not blue], car.
It is [not a very tall] tree.
A road with [almost no traffic] runs through yellow fields.
[Hardly any people] are on the beach.
There is [no bridge], [nor is there a boat] on the river.
The light is [neither bright nor dim].
[Neither] man [wears a hat].
[Neither of] the dogs [is barking].
There are [NO people here].
NO PEOPLE ON THE STREET -> NO PEOPLE
A Street With No People -> No People
"""
WITHOUT = """
[Without a hat], a man stands by a door.
A woman [without a coat or an umbrella] runs.
A man [without shoes] walks along the beach.
A boy [without a helmet] riding a bicycle.
A dog [without a leash] chases sheep.
The sky is clear [without a single cloud].
a quiet road [w/o cars], trees on both sides
The park is [devoid of people and cars].
The street is [free from traffic].
The desk is [free of clutter] and holds a laptop.
The room [lacks furniture].
The rooms [lack furniture and curtains].
There is an [absence of people].
Tea is served [instead of coffee].
[Instead of a hat], she wears a scarf.
She wears a scarf [rather than a hat].
The bench is [missing a leg].
A roof with [missing tiles] over a wall.
A bench with [one leg missing].
The statue's [nose is missing].
[Leaves are absent].
"""
PREDICATES = """
The man is [not wearing a hat].
The man [isn't wearing his helmet].
The woman [isn’t wearing a hat or glasses]; her coat is red.
The dog is [not on a leash].
A man who is [not smiling] holds an umbrella.
A [not very large] house stands beside a pond.
The car is [not blue] but red.
The roof is [not covered with snow].
The roof is [not made of tiles].
The boy is [not playing] with the red ball.
The flowers have [not yet bloomed].
The image does [not contain any text].
There do [not appear to be any boats] on the water.
I [can't see any birds].
The bird [never lands].
The house is [no longer white].
The lake [isn't frozen] and two ducks swim.
The lake [isn't frozen or deep] and two ducks swim.
A half-full, [not empty], glass.
[Nobody is sitting] on the bench.
[No one is wearing a mask].
[None of] the people [are smiling].
[None of] the windows [has curtains].
There is [nothing else] in the room.
"""
SUBJECTS = """
[The moon is not visible], but stars shine.
In the background, [the mountains are not visible].
In the background [the mountains cannot be seen].
[The driver] of the yellow taxi [cannot be seen].
The people's [faces are not visible].
A man whose [face is not visible] holds a guitar.
A man sits on a bench and [his face cannot be seen].
[The sun and the moon are not visible].
There is [a road that cannot be seen].
[People are nowhere to be seen] in the temple.
[The rider] of the horse [is out of frame].
"""
FALSE_FRIENDS = """
A "No Entry" sign.
“No Parking” is on the gate, and 'Do Not Enter' on the door.
A no-entry sign on a pole.
A red no entry sign.
Two no parking signs.
A no smoking sign on the wall.
A missing cat poster hangs on a pole.
NO SMOKING is painted on the wall.
The shirt says no fear.
A sign reading no swimming, and a beach.
a do not disturb sign on a hotel door
The Do Not Enter sign is red.
A Don't Walk signal on the corner.
A movie poster for No Country for Old Men.
The hotel is called No Name Inn.
There is [no stop sign] at the corner.
A sign with [no text].
A woman reading a book with [no glasses] on.
[Not only] dogs [but] also cats -> Not only
[No fewer than] three elephants
[No bigger than] a fist, the kitten sleeps.
This is [no doubt] a castle.
[Without doubt] a tiger.
There is [nothing but] sand.
[No people] [except] a child with a kite.
All chairs are empty [except for] one.
A well stands [not far from] the house.
The guest is [none other than] a penguin.
Platform no. 9 and bus No 12.
I [cannot tell] [whether or not] the wolf is asleep.
A tower [not unlike] a sail.
You [can't help but notice] the pumpkin.
[No matter] the weather, the fisherman sits.
The hut is [not without] charm.
There is [no lack of] color.
[Not all] of the windows are lit.
[No two] houses are alike.
Regardless, nevertheless, unless, needless, knotted, noble, notable, nonetheless, glass.
A treeless hill under a cloudless sky, a sleeveless dress, a car-free, non-reflective road.
Few people are here, and the ship is barely visible in the fog.
"""
CAPTIONS = """
A vacant lot with weeds, [no buildings nearby], and a chain-link fence in front.
Empty scene, [no people visible], cool blue color grade, [no text], [no logos], [no watermark].
Damaged roads, emergency lights far away, dramatic weather ([no people visible])
The photograph contains [neither humans nor vehicles], only an old stone well.
She wears a red coat but [no gloves].
She wears [no gloves] but a red coat.
She wears [no shoes] and carries a basket.
He has [no hat] on his head and [no shoes] on his feet.
The table has four chairs, [none of which is occupied].
Four chairs, [none of them occupied], surround the table.
Two men, [neither of whom wears a helmet], ride bicycles.
Two dogs, [neither with a leash], run across the park.
There are three cups; [none contains coffee].
The fridge contains [nothing but] milk.
The fridge contains [nothing] [except] milk and eggs.
[Nothing] in the room [is red].
[Nothing grows] on the rocky slope.
[No trees grow] on the slope.
[No grass], [no flowers], just sand and rock.
[Not one window has glass].
[Not a leaf moves] in the oak.
There was [never a bridge] over this river.
There's [hardly a cloud] above the wheat field.
It is a room [without furniture or decorations], [except for] a green lamp.
A woman [without makeup] smiles.
A man [without a beard or mustache].
A bicycle [without its front wheel] leans on a wall.
A bicycle with [no front wheel] leans on a wall.
A coffee [without sugar, milk or cream] stands on a tray.
The house [without a roof] is next to the church.
A truck, [without its trailer], waits at a light.
[Without any people around], the plaza looks huge.
[Without people], the plaza looks huge.
With [no one around], a fox crosses the street.
With [nobody watching], a raccoon opens a bin.
A lake [free of ice] and a mountain [free from snow].
The sidewalk, [clear of snow], leads to a red shop.
A landscape entirely [lacking trees], with yellow dunes.
A portrait [lacking any background detail].
The walls are bare, with [no pictures on them].
The cake has [no candles] on top.
The plane has [not taken] off yet.
The kite has [never flown].
The bus has [not arrived]; passengers wait in the rain.
Children [aren't allowed]; a guard stands by the gate.
The dog is [not brown], it's black.
The dog is [not brown]; it is black with white paws.
The car is [neither new nor clean].
It's [not a horse], it's a zebra standing in tall grass.
It's [not raining], and people sit outside a cafe.
It [isn't snowing anymore] but the roofs are white.
The lamp does [not shine].
The fountain [doesn't work]; leaves float in its basin.
The girl [isn't holding the balloon anymore], and it floats to the sky.
The statue [doesn't have arms].
The guitar has [no strings], and dust covers it.
A jar that [isn't full of candy] stands on the shelf.
The shelf [isn't empty]: it holds a teapot.
The street is [not empty]; a crowd of people fills it.
This [isn't a drawing] but a photograph of a lynx.
[Not red], [not blue], but a bright green door.
A door that's [not red].
[Not everyone] in the crowd wears a mask.
[Not all] birds are flying.
[Not every] house has a chimney.
He is [not only] tall but strong.
There is [no end of] flowers in this meadow.
[No wonder] the dog is tired.
The sign warns: no diving.
A "no diving" pictogram beside the pool.
The T-shirt has "NO WAR" printed on it.
A wall with graffiti that says NO FUTURE.
A road sign for no overtaking, and a truck.
A no-left-turn sign at the crossroad.
A sticker saying "No Junk Mail" on a blue mailbox.
A man in a NO FEAR cap.
'No Vacancy' glows in pink neon above a motel.
Poster of the film "No Time to Die" in a cinema.
The book "Never Let Me Go" lies on a bed.
Nevada desert, Nottingham castle, Nordic skiing.
A nobleman with a notebook, [none too happy].
[The man isn't visible] behind the tree.
Only the dog's head is visible, [not its body].
[The lower half] of the body [is not visible].
[Most] of the building [cannot be seen] because of the fog.
[The rest] of the room [is out of view].
The sky is barely visible.
[One] of the chairs [is missing].
The [missing piece of the puzzle] lies on the floor.
A cat with a [missing ear].
There's [a button missing] from his coat.
[Missing] are the usual tourists.
The [absence of people] makes the beach seem endless.
A notable [absence of cars].
[Hardly any light falls] into the cellar.
There is [scarcely a car] on the bridge.
a dog [without a collar] sitting on a couch
a kitchen [without any appliances or furniture]
a street sign with [no writing on it]
a bathroom with [no toilet paper] on the roll
a plate that has [no food on it]
a man with [no shirt] on riding a skateboard
a man wearing [no shirt] and a tie
there is [no one] in the room and the lights are off
an airplane with [no passengers] on a runway
an old car with [no wheels] is in a field
a giraffe that is [not in a zoo]
no dogs allowed sign on a park bench
[No one] on the bench [is smiling].
[No house] in the village [has a roof].
[Nobody] in the crowd [wears a hat], and a dog barks.
[No cars] in the street, only people run.
[None of] the men, he says, is tall.
"""
REAL = """
A player swinging and [missing] the ball.
A toilet [missing the back section] sits next to a tree.
The field has [no visible tracks] [except for] those of the skier.
There are [zero people] in the hall, and the train has [0 passengers].
It is zero degrees in the room with 0 percent of the dogs.
A counter shows zero and a zero sits there.
All are red [with the exception of] a blue door.
[The chairs are gone]. [Instead], a dog sleeps there.
A soldier in [no man's land] -> no man's land
A large tree with [no leaves] is visible behind the house.
A man [without a hat] is visible.
The fence goes [out of view].
Birch trees are scattered in the area and go [out of view].
A lamp just [out of view] lights the wall.
He is focused on something [out of view].
[The head] of the rider [is out of view].
The floor is [not fully visible] but appears carpeted.
The words [cannot be seen] well.
The sign [can't be seen] clearly because of fog.
The space is [absent of any visible debris or grime].
The water is calm, with [no significant waves or disturbances].
There are [no other visible objects or people nearby].
The vase fell due to the [lack of secure anchoring].
A plate [without a slice of pizza on it].
She is breaking free from her chains.
The title is in playful Comic Sans font.
The fabric is crumpled such that [the words cannot be made out].
A man sits in a no smoking area.
A man plays tennis no a tennis court.
A dog with a frisbee in't mouth.
A sign with " Never " painted on it.
A sign warning of no smoking.
Sign says "Don't STOP drinking
A person in shorts and [no shirt] running in the sand.
The station has [no passengers waiting] for the train.
In the middle of [no where].
"""
MORE = """
In the picture [no windows are visible].
[The man without shoes is not visible].
There is [a bridge which is not visible].
The room does [not have windows and doors].
The room does [not have windows] and shines.
The pool is [not filled] with the water of the sea.
A yard with [no cars], a dog, a cat or a bird.
A yard with [no cars, old bikes, or toys].
A yard with [no old cars, big red bikes, large wooden toys, or dogs].
The bowl is [not filled with water], but with sand.
[Without a hat, a coat, or a bag], a man runs.
The man isn't tall. -> isn't tall
The man is [not wearing a hat, a coat, or gloves].
A yard with [no cars], where dogs run or sleep.
A yard with [no cars], the cat or the bird can rest.
A man holds a cup with [the handle missing].
A man holds [old cups missing] on the table. -> old cups missing
The man is [without a hat or his scarf].
The shirt has [a button missing] at the top.
The photo shows an empty parking lot [without any vehicles].
There are [no people or animals visible in the image].
There are [no visible people], but footprints are in the sand.
A wooden bench, with [no one sitting] on it, faces the lake.
A wooden bench with [nobody on it].
The kitchen is tidy, with [no dishes] in the sink.
The background is plain white [without any texture or shadow].
A lone tree in a field [without any other vegetation].
A cat sits on a chair. It is [not wearing a collar].
The dog has brown fur and [no collar].
The woman has long hair and is [not smiling].
The sky is overcast, and there is [no sun].
The room is dark, and there is [no light source visible].
[None of] the chairs [is occupied].
[None of] the cars [are red].
[Neither] the man nor the woman [is smiling].
[Never seen] before
He [never smiles].
The dog [isn't a puppy].
The car [isn't parked] near the house.
This street [isn't busy]; two cyclists pass by.
The shop windows [aren't lit].
The child [hasn't any shoes].
The child [hasn't got shoes].
The child has got [no shoes].
The men [don't wear helmets].
The men [weren't wearing helmets].
The bottle [wasn't opened].
You [wouldn't see any cars here].
A shirt [without sleeves].
A shirt [without sleeves], red with white dots.
A red shirt [without sleeves or collar] on a hanger.
A tree [without leaves] beside a house [without windows].
A house [without windows and doors].
A picture [without people].
A snow-covered field [free of footprints].
The table is [free of dishes and cups].
The square is [empty of people], and pigeons walk around.
The sea is [empty of boats].
The trail is [clear of rocks].
A fat-free yogurt and a gluten-free cake.
A hands-free phone.
A free ticket hangs on a wall.
A free-standing tub.
A bird flies free in the sky.
The glass is half empty.
An empty glass of wine.
A hatless man on a windowless wall.
A moonless night over a boundless sea.
A stainless steel pot and a wireless mouse.
[No longer young], the actor waves.
The [no longer young] actor waves.
The actor is [no longer] on stage.
[Not a single person can be seen] on the beach.
[Not a single cloud] is in the sky.
[Not far away], a ship sails.
[Not far from] the shore a ship sails.
It is [not only] big but also red.
[Not only] is the house old, it is also crooked.
There are [not only] cats but dogs.
[Not just] a dog but a whole pack
[No fewer than] three boats
[No doubt] the dog is hungry.
[Without a doubt] the best pizza.
There is [nothing but] snow.
[Nothing but] trees
[No one] but the guard is there.
A no U-turn sign.
A no-smoking sign on a white wall.
The no-smoking area
"No Smoking" sign
A sign with the words NO ENTRY in red.
A sign with "NO DOGS" in red letters and a picture of a dog.
A red circle with a slash, the 'no bicycles' symbol.
The poster says “Never Give Up”.
The poster says "Nothing is impossible".
A mug with the text 'I am not a morning person'
A neon sign reads: no vacancy
The sign reads no trespassing.
A stop sign, [not a yield sign].
The sign is red, [not yellow].
A sign says that no dogs are allowed.
The label reads "sugar free".
A "Do Not Disturb" card hangs on the knob.
The band No Doubt performs on a stage.
A tourist in front of No. 10 Downing Street.
Room no. 12
Nope, a movie poster.
The northern lights, notes, a knot, noon, another nun.
The notice board is brown.
[Not unlike] a castle, the hotel has towers.
The street is [not without] people.
It is [not uncommon].
[Can't help but] smile
They [can't help but] smile.
a cat that does [not like water]
a cat that [doesn't like] the dog beside it
A bowl with [no fruit in it], and a spoon.
A bowl that contains [no fruit].
A bowl containing [no fruit].
A desert with [hardly any vegetation].
A desert with [scarcely any plants].
A desert with [barely any plants].
[Little or no snow covers] the peak.
Absent are the usual crowds.
[The usual crowds are absent].
A chair with a [missing leg] and a red cushion.
A puzzle with [a piece missing].
A fence [missing several boards].
The fence is [missing boards].
A smile [missing two teeth].
The boat [lacks a sail].
The boat [lacks sails and oars].
A boat [lacking a mast], tied to a pier.
The [lack of trees] gives a wide view.
Because of the [lack of rain], the field is brown.
The image [lacks people].
There is a complete [absence of color].
[The background is not visible].
The horse's [tail is not visible].
[His hands are not shown].
[The end] of the road [isn't in view].
[The horizon can't be made out].
[No part of the sky is visible].
[No clouds], blue sky, green grass.
portrait of a man, [no hat], [no glasses], gray beard
photo of a cat, [no text], [no watermark]
A street with people but [no cars].
A street with [no cars] but many people.
A street with [no cars] though with people.
A street with [no cars] and a lot of people.
A street with [no cars] and two dogs.
A street with [no cars], only bicycles.
A street with [no cars], just bicycles.
A street with [no cars] other than a taxi.
A street with [no cars] [apart from] a taxi.
A street with [no cars] besides a taxi.
[Except for] a red door, everything is gray.
Everyone [except] the boy wears a hat.
[Rather than sitting] on a chair, the cat lies on a rug.
a red [rather than green] apple
[Instead of apples], the basket has eggs.
The basket has eggs [instead of apples].
The cat sits on the table [instead of on] the chair.
[Instead of a tail], the toy has a spring.
[In place of a roof], there is a tarp.
"""
ALL = [
    line
    for lines in (NOUNS, WITHOUT, PREDICATES, SUBJECTS, FALSE_FRIENDS, CAPTIONS, REAL, MORE)
    for line in lines.strip().splitlines()
]


@for_each(ALL)
def test_what_is_negated(line: str) -> None:
    marked, _, listed = line.partition(" -> ")
    expected = listed.split("|") if listed else re.findall(r"\[(.*?)\]", marked)
    text = marked.replace("[", "").replace("]", "")
    assert [text[start:end] for start, end in find_negated(text)] == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a sign “no entry” here", ["no entry"]),
        ("a no entry sign", ["no entry"]),
        ("The shirt says no fear.", ["no fear"]),
        ("a do not disturb sign", ["do not disturb"]),
        ("the Do Not Enter sign", ["Do Not Enter"]),
        ("a sign “open” and no cars", []),
        ("no doubt a dog", []),
        ("The New York Times", []),
    ],
)
def test_names_that_sound_like_negations(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in find_negative_names(text)] == names


@given(st.lists(st.sampled_from("no not , . the a of and or people is seen without \" '".split())))
def test_spans_are_in_order_and_contain_words(words: list[str]) -> None:
    text = " ".join(words)
    position = 0
    for start, end in find_negated(text):
        assert position <= start < end <= len(text)
        assert text[start] != " " != text[end - 1]
        position = end


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    assert all(0 <= start < end <= len(text) for start, end in find_negated(text))


@profiles.measures_time
@pytest.mark.parametrize(
    "part",
    [
        "no ", "no a, ", "not is ", "a, ", "is ", "very ", "No A ", "'a ", '"a ', "none of a ",
        "missing ", "or ", "nor ", "is missing ", "and ", "'", "n't", "a-", "\n ", "“", " ", "`",
    ],
)  # fmt: skip
def test_time_is_linear(part: str) -> None:
    def seconds(length: int) -> float:
        text = "no " + part * (length // len(part))
        start = time.process_time()
        find_negated(text)
        return time.process_time() - start

    assert seconds(50_000) < 30 * seconds(5_000) + 1
