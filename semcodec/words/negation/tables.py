"""Tables of English negation: the words that start, continue and end it, and what resembles it.

They are read by ``finder``, ``scopes`` and ``signs``. Phrases are written with single spaces, in
lower case, with straight apostrophes; ``not`` stands for every form of it (``isn't``, ``cannot``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from semcodec.words import closed_classes
from semcodec.words.closed_classes import QUANTIFIERS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The phrases of a table by their first word, the longest first.
Phrases = Mapping[str, Sequence[tuple[str, ...]]]


def _phrases(text: str) -> Phrases:
    """Return the phrases of a table, one a line, by their first word, the longest first."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted((tuple(line.split()) for line in text.strip().splitlines()), key=len):
        table.setdefault(phrase[0], []).insert(0, phrase)
    return table


#: Phrases that begin like a negation and are none. Their own words say nothing about the picture;
#: what follows them is there.
FALSE_FRIENDS: Final = _phrases(
    """
    apart from
    aside from
    except
    except for
    few if any
    if not
    in no time
    instead
    no absence of
    no different from
    no different than
    no doubt
    no end of
    no exception
    no less
    no matter
    no matter how
    no matter what
    no matter where
    no mere
    no mistake
    no ordinary
    no question
    no room for doubt
    no scarcity of
    no shortage of
    no lack of
    no man's land
    no small
    no stranger to
    no two
    no where
    no wonder
    none other than
    nothing but
    nothing if not
    nothing less than
    nothing more than
    nothing other than
    nothing short of
    not all
    not alone
    not always
    not both
    not each
    not enough
    not entirely without
    not every
    not everybody
    not everyone
    not everything
    not far
    not far away
    not far away from
    not far from
    not far off
    not few
    not fewer than
    not help but
    not help but admire
    not help but look
    not help but notice
    not help but see
    not help but think
    not just
    not least
    not less than
    not limited to
    not many
    not mention
    not merely
    not more than
    not much
    not necessarily
    not often
    not once
    not only
    not simply
    not so much
    not solely
    not to be confused with
    not to be missed
    not to be outdone
    not to mention
    not to say
    not too far
    not unlike
    not very far
    not very far from
    or not
    or no
    sans serif
    whether or not
    with or without
    with the exception of
    without a doubt
    without any doubt
    without delay
    without doubt
    without exception
    without fail
    without question
    yes or no
    """
)

#: Phrases before a noun phrase that is not there or not so.
NOUN_TRIGGERS: Final = _phrases(
    """
    absence of
    absent of
    almost no
    almost without
    any fewer
    as opposed to
    bare of
    barely a
    barely any
    bereft of
    cleared of
    clear of
    completely without
    deficient in
    deprived of
    devoid of
    emptied of
    empty of
    few if any
    few or no
    few to no
    free from
    free of
    hardly a
    hardly any
    in lieu of
    in place of
    instead of
    lack
    lack of
    lacked
    lacking
    lacking in
    lacks
    lacks of
    little if any
    little or no
    little to no
    minus the
    neither
    next to no
    no
    nor
    not a
    not an
    not any
    not a single
    not one
    not one single
    practically no
    rather than
    rid of
    sans
    scarcely a
    scarcely any
    stripped of
    totally without
    virtually no
    void of
    w/o
    w/out
    without
    without any
    zero
    0
    """
)

#: Words for a subject that is not there: their predicate is not so either.
PRONOUN_TRIGGERS: Final = _phrases(
    """
    neither of
    no body
    no one
    no one else
    no-one
    nobody
    nobody else
    none
    none at all
    none of
    not one of
    nothing
    nothing at all
    nothing else
    nowhere
    """
)

#: Words before a predicate that is not so.
PREDICATE_TRIGGERS: Final = _phrases("never\nno longer\nno more\nnot\n")

#: Words that make a negation of "not": "not without charm" has charm.
DOUBLE_NEGATIONS: Final = _phrases(
    """
    absent
    bare of
    devoid of
    free from
    free of
    invisible
    lacking
    lacking in
    missing
    never
    unlike
    void of
    without
    without its
    """
)

#: Predicates that mean that their subject is not in the picture.
ABSENT: Final = _words("absent gone invisible missing unseen")
#: What a player misses, although it is there.
AIMS: Final = _words("ball bus catch disc frisbee goal puck shot target train")
#: Predicates that, after "not", mean the same.
PRESENT: Final = _words(
    """
    depicted discernible discerned displayed featured found here included noticeable observed
    pictured present recognizable seen shown there visible
    """
)
#: Phrases that mean the same after "is" or without it.
OUT_OF_PICTURE: Final = _phrases(
    """
    beyond the frame
    nowhere around
    nowhere in sight
    nowhere to be found
    nowhere to be seen
    out of frame
    out of shot
    out of sight
    out of the frame
    out of the picture
    out of view
    outside of the frame
    outside the frame
    outside the picture
    """
)
#: Phrases after a negated noun phrase that belong to it.
TAILS: Final = _phrases(
    """
    anywhere
    anywhere to be seen
    around
    at all
    at hand
    can be made out
    can be found
    can be seen
    could be seen
    in evidence
    in frame
    in it
    in shot
    in sight
    in the frame
    in the image
    in the photo
    in the photograph
    in the picture
    in the scene
    in the shot
    in this image
    in this photo
    in this picture
    in this scene
    in view
    made out
    nearby
    of any kind
    of any sort
    on it
    on them
    present
    to be found
    to be seen
    visible
    whatsoever
    """
)

#: Words of which "no" or "not" makes the text of a sign: "a no entry sign".
SIGN_ACTIVITIES: Final = _words(
    """
    access admittance bikes camping cycling dumping entry exit fishing food littering loitering
    outlet overtaking parking passing photography photos pets smoking soliciting standing stopping
    swimming thoroughfare trespassing turn turns u-turn u-turns vacancy waiting
    """
)
SIGN_NOUNS: Final = _words(
    """
    area areas banner banners billboard board
    boards button icon label labels lettering logo notice notices
    placard placards plaque plate policy poster posters signal signals signage sign signs sticker
    stickers symbol symbols zone zones
    """
)
#: Verbs and participles before the text of a sign.
SAYING: Final = _words(
    """
    called captioned entitled labeled labelled marked named read reading reads say saying says
    spells stating states titled warning warns written
    """
)
#: Words after which "no" is the determiner of a noun phrase, and not the begin of a name.
BEFORE_DETERMINER: Final = _words(
    """
    am and are be been being but contain containing contains depict depicts display displays feature
    features had has have having include includes is nor of or provide provides see sees show shows
    so that there was were where which with
    """
)

NUMERALS: Final = QUANTIFIERS | _words(
    "one two three four five six seven eight nine ten eleven twelve"
)
DETERMINERS: Final = closed_classes.DETERMINERS | NUMERALS
#: Prepositions from a negated participle to what is not there: "not covered with snow".
INSTRUMENTS: Final = _words("by in of with")
#: Words that begin another clause, or go back to what is there.
SCOPE_ENDS: Final = _words(
    """
    although apart as because but despite except excluding hence however if just like only plus save
    since so still than then there therefore though thus unless until when where whereas whether
    which while who whom whose yet
    """
)
#: Auxiliaries and verbs that link a subject to an adjective.
AUXILIARIES: Final = closed_classes.AUXILIARIES | _words(
    "appear appeared appears remain remains seem seemed seems"
)
#: Words between "not" and what is negated.
ADVERBS: Final = _words(
    """
    absolutely actually all also altogether as at be been being clearly completely currently
    directly either else entirely especially even ever explicitly fully immediately necessarily
    overly particularly quite really so terribly that to too totally very yet
    """
)
#: Adverbs of degree: in "not a very large house" only the adjective is negated.
DEGREES: Final = _words("especially overly particularly quite really so terribly that too very")
#: Verbs whose object is not there if they are negated, even with "the".
EXISTENCE_VERBS: Final = _words(
    """
    contain containing contains depict feature had has have having hold holding include including
    own see seeing show showing wear wearing wears
    """
)
#: Nouns before "of the" that say nothing themselves: "no sign of the dog".
PARTITIVES: Final = _words(
    """
    bit evidence glimpse hint indication kind part piece sign signs sort trace traces type view
    """
)
#: Verbs of captions in the forms that follow a singular noun, if those are not nouns themselves.
VERBS: Final = _words(
    """
    appears attaches catches carries climbs contains continues depicts dances drinks eats emerges
    enters fills flows gazes gives glides glows grazes grows hangs has holds hovers jumps
    kneels leans lies makes occupies overlooks perches pushes reads reflects runs sat serves shines
    shows sits skates sleeps smiles spreads stands stares stood surfs swims waits walks wears
    """
)
#: Verbs with forms in -s that are common nouns, too: after "a" and a singular noun they are verbs.
#: Their plural ("two cats lie") has no s.
PLURAL_VERBS: Final = _words(
    """
    appear bear border carry catch chase climb contain cover cross dance dive drink drive eat enter
    face fill float flow fly gaze give glow graze grow hang hold hover jump kneel lead lean leap lie
    line look make pass play pose pull push read reflect rest ride rise run sail serve shine show
    sit skate sleep smile spread stand stare stop surf surround swim swing take throw travel wait
    walk watch wear work
    """
)
#: Triggers that belong to a noun before them, so that a word in -ing does too: "a boy without a
#: helmet riding".
ATTRIBUTIVE: Final = _words("lack lacking lacks minus missing sans w/o w/out without")
#: What people wear or have: a word in -ing after it belongs to the person.
WORN: Final = _words(
    """
    beard clothes clothing coat glasses hair hat helmet jacket pants shirt shirts shoes socks
    """
)
#: Verbs before "out of view" that state where their subject is; others state where it goes.
STATE_VERBS: Final = _words("are be is remain remains stay stays was were")
#: Adverbs with which a part is there: "not fully visible".
PARTIAL: Final = _words(
    "all clearly completely distinctly entirely fully much quite totally well wholly"
)
#: Units after "zero", which state a measured value.
MEASURES: Final = _words("c celsius degree degrees f fahrenheit gravity hours k percent point")
#: Verbs before "free from", which do not say that something is not there.
LIBERATING: Final = _words("break breaking breaks broke fly flying set sets setting")
#: Between a sign and its text, or a verb and it: "a sign for no parking", "it reads: no parking".
BETWEEN_SIGN_AND_TEXT: Final = frozenset((":", ",", '"', "“", "'", "that", "of", "for"))
#: Plurals without an s, and words with one that come before a noun.
PLURALS_BEFORE_NOUNS: Final = _words("arms clothes glass goods men's news sales sports women's")
#: Words in -ing that are nouns.
NOUNS_IN_ING: Final = _words(
    """
    awning building buildings ceiling clothing covering crossing drawing evening king lettering
    lighting morning opening painting parking railing ring sibling spring string swing thing wedding
    wing writing
    """
)
#: Words that negate the next word, whatever it is.
NEGATING_WORDS: Final = _words("neither never no nor not sans without")
#: Parts of a compound that is a negation by itself, and must not be cut: "car-free", "non-slip".
PRIVATIVE_BEGINNINGS: Final = ("anti-", "no-", "non-", "un-")
PRIVATIVE_ENDINGS: Final = ("-free", "-less")
#: Pronouns after "none of", right before the predicate.
SUBSET_PRONOUNS: Final = _words("them these those us which whom")
