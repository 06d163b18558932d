"""Validation of answers: problems are named, and the usable part of an answer is returned."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.prompting import ChatResponse, validation
from semcodec.words.skeletons import is_abbreviation, skeleton_of_word

TEXT = "A small red boat lies on the calm lake, and a brown dog sits under huge green trees."
WORDS = "boat lake dog red trees brown green small huge calm".split()


def list_response(words: list[str]) -> ChatResponse:
    return ChatResponse(json.dumps(words))


def test_valid_selection_is_unchanged() -> None:
    assert validation.check_selection(
        list_response(WORDS), TEXT, 10, WORDS
    ) == validation.Validated(WORDS)


def test_long_selection_is_cut_after_k_words() -> None:
    assert validation.check_selection(list_response(WORDS), TEXT, 3, WORDS) == validation.Validated(
        WORDS[:3]
    )


@pytest.mark.parametrize(("count", "is_enough"), [(10, True), (9, True), (8, False), (1, False)])
def test_a_tenth_of_the_words_may_be_missing(count: int, is_enough: bool) -> None:
    validated = validation.check_selection(list_response(WORDS[:count]), TEXT, 10, WORDS)
    assert validated.value == WORDS[:count]
    assert validated.problem == ("" if is_enough else f"{count} usable words in place of 10")


def test_expected_words_are_limited_by_the_description() -> None:
    assert not validation.check_selection(list_response(WORDS), TEXT, 500, WORDS).problem


def test_duplicates_function_words_and_vowels_do_not_count() -> None:
    words = ["boat", "the", "BOAT", "of", "a", "lake", "eye", "Lake."]
    assert validation.check_selection(
        list_response(words), "the boat of a lake, an eye", 2, ["boat", "lake"]
    ).value == [
        "boat",
        "lake",
    ]


@pytest.mark.parametrize("word", ["boats", "boat", "Boat's", "boating"])
def test_other_form_of_a_word_is_accepted(word: str) -> None:
    assert validation.check_selection(list_response([word]), "a boat", 1, ["boat"]).value


@pytest.mark.parametrize("word", ["ship", "boatswainhood", "bovine", "bo", "t"])
def test_invented_word_is_dropped(word: str) -> None:
    assert validation.check_selection(list_response([word]), "a boat", 1, ["boat"]).value is None


NEGATED = "A red boat on a lake with no people, no cars and a dog that is not barking."


@pytest.mark.parametrize("word", ["people", "cars", "car", "Barking"])
def test_negated_word_is_replaced_by_the_next_word_of_the_rules(word: str) -> None:
    by_rule = ["red", "boat", "lake", "dog"]
    validated = validation.check_selection(
        list_response(["boat", word, "red", "lake"]), NEGATED, 4, by_rule
    )
    assert validated.value == ["boat", "red", "lake", "dog"]
    assert not validated.problem
    expected = f"left out {word.lower()!r}, which the description says is not there"
    assert validated.repair == expected


def test_part_of_a_compound_that_negates_is_not_selected() -> None:
    validated = validation.check_selection(
        list_response(["car", "street"]), "a car-free street", 2, ["street"]
    )
    assert validated.value == ["street"]


def test_selection_of_nothing_but_negated_words_has_a_problem() -> None:
    validated = validation.check_selection(list_response(["people"]), "no people", 1, [])
    assert validated.value is None
    assert validated.problem


def test_word_that_is_there_at_another_place_is_selected() -> None:
    text = "No people on the left, two people on the right."
    validated = validation.check_selection(list_response(["people"]), text, 1, ["people"])
    assert validated == validation.Validated(["people"])


@pytest.mark.parametrize("text", ["", "I'm sorry, I can't help with that.", "{}", "[]", "..."])
def test_empty_selection_is_rejected(text: str) -> None:
    validated = validation.check_selection(ChatResponse(text), TEXT, 10, WORDS)
    assert validated == validation.Validated(None, "0 usable words in place of 10")


def test_very_long_word_does_not_fail() -> None:
    assert validation.check_selection(ChatResponse("İ" * 90_000), TEXT, 1, ["boat"]).value is None


def test_shorter_skeletons_are_accepted() -> None:
    assert validation.check_skeletons(
        list_response(["bt", "lk", "t"]), ["bt", "lk", "trs"]
    ).value == [
        "bt",
        "lk",
        "t",
    ]


def test_skeleton_is_joined_and_in_lower_case() -> None:
    validated = validation.check_skeletons(list_response(["B T", " lk"]), ["bt", "lk"])
    assert validated == validation.Validated(["bt", "lk"])


def test_letters_that_are_not_symbols_are_folded() -> None:
    response = list_response(["boat", "wndw", "JZZ", "quck"])
    validated = validation.check_skeletons(response, ["bt", "vndv", "gss", "kck"])
    assert validated == validation.Validated(["bt", "vndv", "gss", "kck"])


@pytest.mark.parametrize(
    "wrong",
    {
        "a letter too many": "bwt",
        "two swapped letters": "tb",
        "another consonant": "btn",
        "a digit": "b7",
        "a punctuation mark": "b-t",
        "a letter that looks like a symbol": "bт",  # Cyrillic
    }.items(),
    ids=lambda item: item[0],
)
def test_invalid_skeleton_is_replaced_by_the_rule_based_one(wrong: tuple[str, str]) -> None:
    validated = validation.check_skeletons(list_response([wrong[1], "lk"]), ["bt", "lk"])
    assert validated.value == ["bt", "lk"]
    assert validated.problem == "1 of 2 short forms do not fit their words"


@pytest.mark.parametrize("skeletons", [["bt"], ["bt", "lk", "dg"], []])
def test_wrong_number_of_skeletons_is_rejected(skeletons: list[str]) -> None:
    validated = validation.check_skeletons(list_response(skeletons), ["bt", "lk"])
    assert validated == validation.Validated(None, f"{len(skeletons)} short forms for 2 words")


def test_no_words_need_no_skeletons() -> None:
    assert validation.check_skeletons(list_response([]), []) == validation.Validated([])


def test_words_that_fit_their_skeletons_are_accepted() -> None:
    assert validation.check_words(list_response(["Boat", "lattice"]), ["bt", "lt"]).value == [
        "boat",
        "lattice",
    ]


def test_word_with_another_skeleton_is_dropped() -> None:
    validated = validation.check_words(list_response(["boat", "dog"]), ["bt", "lk"])
    assert validated.value == ["boat", ""]
    assert validated.problem == "1 of 2 words do not fit their short forms"


def test_repeated_skeleton_is_not_a_word_unless_listed() -> None:
    assert validation.check_words(list_response(["bt", "tv"]), ["bt", "tv"]).value == ["", "tv"]


@pytest.mark.parametrize(
    "words",
    [
        ["here", "are", "boat", "lake"],
        ["boat", "and", "lake"],
        ["bt", "boat", "lk", "lake"],
        ["boat", "lake", "xyz"],
    ],
)
def test_words_among_others_are_aligned_in_order(words: list[str]) -> None:
    assert validation.check_words(list_response(words), ["bt", "lk"]) == validation.Validated(
        ["boat", "lake"]
    )


def test_missing_word_does_not_shift_the_others() -> None:
    assert validation.check_words(list_response(["boat", "dog"]), ["bt", "lk", "dg"]).value == [
        "boat",
        "",
        "dog",
    ]


@pytest.mark.parametrize("text", ["", "no idea", "[]"])
def test_answer_without_words_restores_nothing(text: str) -> None:
    validated = validation.check_words(ChatResponse(text), ["bt", "lk"])
    assert validated == validation.Validated(None, "2 of 2 words do not fit their short forms")


def test_look_ahead_is_limited() -> None:
    """Without a limit, a long answer to many skeletons would take square time."""
    other_words = ["xx"] * validation.LOOKAHEAD
    assert validation.check_words(
        list_response(["boat", *other_words[1:], "lake"]), ["bt", "lk"]
    ).value == [
        "boat",
        "lake",
    ]
    assert validation.check_words(
        list_response(["boat", *other_words, "lake"]), ["bt", "lk"]
    ).value == [
        "boat",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m unable to describe people.",  # with a typographic apostrophe, as models write it
        "Sorry, no.",
        "I won't do that.",
        "<think>a person?</think>I can't identify people.",
    ],
)
def test_refusal_is_not_a_description(text: str) -> None:
    assert validation.check_description(ChatResponse(text)) == validation.Validated(
        None, "refused", is_refusal=True
    )


@pytest.mark.parametrize(
    "text",
    [
        "I cannot look at images.",
        "As an AI, I see nothing.",
        "Unfortunately, I have no eyes.",
        '"I am not able to see it."',
        "I apologize, but I don't see any image",
        "I apologise: nothing is there.",
        "As a text-based AI, I look at no pictures.",
        "As a large language model, I cannot see.",
        "I am an AI and look at nothing.",
        "I'm a language model.",
        "I don’t have eyes.",
        "I do not see an image here.",
    ],
)
def test_blind_answer_is_not_a_description(text: str) -> None:
    validated = validation.check_description(ChatResponse(text))
    assert (validated.value, validated.is_blind, validated.is_refusal) == (None, True, False)


def test_talk_is_removed_from_a_description() -> None:
    for text in ("Sorry! " + TEXT * 9, f"Sure, here is the description: {TEXT * 9}"):
        validated = validation.check_description(ChatResponse(text))
        assert validated.value == (TEXT * 9).strip()
        assert validated.repair == "talk around the description was removed"


@pytest.mark.parametrize(
    "text",
    [
        "I can see a boat.",
        "A sorry dog.",
        "As an aim, a flag.",
        "I see a boat.",
        "A sign: I don't see any image.",
    ],
)
def test_description_that_resembles_a_refusal_is_kept(text: str) -> None:
    assert validation.check_description(ChatResponse(text)).value == text


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (ChatResponse(""), "no words"),
        (ChatResponse("<think>a boat"), "no words"),
        (ChatResponse("♥ ♥"), "no words"),
        (ChatResponse("", is_truncated=True), "truncated"),
    ],
)
def test_description_without_words_is_rejected(response: ChatResponse, problem: str) -> None:
    assert validation.check_description(response) == validation.Validated(None, problem)


def test_truncated_description_ends_with_a_whole_sentence() -> None:
    assert (
        validation.check_description(ChatResponse("A boat. A lak", is_truncated=True)).value
        == "A boat."
    )
    assert validation.check_description(ChatResponse("A boat. A lak")).value == "A boat. A lak"


def test_prompt_must_have_half_of_the_words() -> None:
    words = ["boat", "lakes", "dog", "painting"]
    assert validation.check_prompt(ChatResponse("Boats are painted."), words).value
    validated = validation.check_prompt(ChatResponse("Boats and cats."), words)
    assert validated == validation.Validated(None, "3 of the 4 words are missing")


def test_prompt_may_spell_words_in_another_way() -> None:
    assert validation.check_prompt(ChatResponse("At the café Ünal."), ["cafe", "ünal"]).value
    assert validation.check_prompt(ChatResponse("На boat лодка"), ["лодка"]).value
    assert validation.check_prompt(ChatResponse("PWNED"), ["лодка"]).value is None


def test_refusal_is_not_a_prompt() -> None:
    assert validation.check_prompt(ChatResponse("I can't paint that."), ["boat"]).is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "None.",
        "No change!",
        '"none"',
        "nothing",
        " NO ",
        "No changes needed.",
        "No change is needed.",
        "None needed.",
        "Nothing needs to change.",
        "No differences",
        "No important change.",
        "No significant differences between the two.",
        "None - they are the same.",
    ],
)
def test_no_change_is_an_empty_edit(text: str) -> None:
    assert validation.check_edit(ChatResponse(text), TEXT) == validation.Validated("")


@pytest.mark.parametrize(
    "text",
    [
        "None of the roofs should be red.",
        "No change, except that the roof is red.",
        "No difference but a red roof.",
        "Nothing but the lake should be blue.",
        "No boats.",
        "Nonetheless red.",
        "No changes of light and shadow, and a roof that is red and large.",
    ],
)
def test_edit_that_begins_like_no_change_is_kept(text: str) -> None:
    assert validation.check_edit(ChatResponse(text), TEXT) == validation.Validated(text)


def test_edit_is_one_line() -> None:
    assert validation.check_edit(
        ChatResponse("Make the\n roof red."), TEXT
    ) == validation.Validated("Make the roof red.")


@pytest.mark.parametrize("text", ["", "?", "<think>red"])
def test_edit_without_words_is_rejected(text: str) -> None:
    assert validation.check_edit(ChatResponse(text), TEXT) == validation.Validated(None, "no words")


def test_long_edit_is_cut_after_a_sentence() -> None:
    validated = validation.check_edit(ChatResponse("Make the roof red. " * 40), TEXT)
    assert validated.value is not None
    assert len(validated.value) <= validation.MAX_EDIT
    assert validated.value.endswith("red.")
    assert validated.problem == "longer than one sentence"


SKELETONS = st.lists(st.text("ntsrhldcmfgpbkv", min_size=1, max_size=5), min_size=1, max_size=6)
ANY_TEXT = st.text(max_size=200) | st.lists(st.text(max_size=20), max_size=8).map(json.dumps)


@given(ANY_TEXT, st.booleans(), SKELETONS)
def test_checks_accept_only_valid_values_of_any_answer(
    text: str, is_truncated: bool, skeletons: list[str]
) -> None:
    response = ChatResponse(text, is_truncated)
    short_forms, words = (
        validation.check_skeletons(response, skeletons).value,
        validation.check_words(response, skeletons).value,
    )
    if short_forms is not None:
        assert len(short_forms) == len(skeletons)
        assert all(
            short and is_abbreviation(short, skeleton)
            for short, skeleton in zip(short_forms, skeletons, strict=True)
        )
    if words is not None:
        assert len(words) == len(skeletons)
        pairs = zip(words, skeletons, strict=True)
        assert all(
            not word or is_abbreviation(skeleton, skeleton_of_word(word))
            for word, skeleton in pairs
        )
    assert len(validation.check_selection(response, TEXT, 3, WORDS[:3]).value or []) <= 3
    assert len(validation.check_edit(response, TEXT).value or "") <= validation.MAX_EDIT
    validation.check_description(response)
    validation.check_prompt(response, skeletons)


REFUSAL = ChatResponse("I'm sorry, but I can't help with that.")


def test_words_of_a_refusal_are_not_entries_of_a_list() -> None:
    assert validation.check_words(REFUSAL, ["bt"]).value is None
    assert validation.check_skeletons(REFUSAL, ["bt"]).is_refusal
    assert validation.check_selection(REFUSAL, "sorry but help", 3, ["help"]).value is None
    assert validation.check_edit(REFUSAL, TEXT).is_refusal


@pytest.mark.parametrize("text", ["Add people.", "add two cars to the street", "Draw a car."])
def test_change_that_adds_what_is_not_there_is_not_used(text: str) -> None:
    validated = validation.check_edit(ChatResponse(text), NEGATED)
    assert validated.value is None
    assert "which is not there" in validated.problem


@pytest.mark.parametrize("text", ["Add a dog.", "Remove the people.", "Add " + "people " * 50_000])
def test_other_changes_are_used(text: str) -> None:
    wanted = NEGATED if len(text) < 100 else "people"
    assert validation.check_edit(ChatResponse(text), wanted).value is not None
    assert validation.check_words(ChatResponse("sorry, boat"), ["sr", "bt"]).value == [
        "sorry",
        "boat",
    ]


def test_description_of_nothing_but_negations_is_requested_again() -> None:
    validated = validation.check_description(ChatResponse("There are no people and no cars."))
    assert validated == validation.Validated(None, "it only states what is not in the picture")


NAMES = (
    "A man named O'Brien in a T-shirt drinks Coca-Cola in room 404 near an AT&T store with a U.S. "
    "flag and an iPhone at 10:30, next to 1,000 balloons."
)


def test_names_and_numbers_of_a_selection_stay_whole() -> None:
    names = "T-shirt, O\u2019Brien, Coca\u2011Cola, 404, AT&T, U.S., iphone, 10:30, 1,000"
    answer = f"{names}, man, bal\u00adloons"
    value = validation.check_selection(ChatResponse(answer), NAMES, 12, ["man"]).value
    expected = "T-shirt O'Brien Coca-Cola 404 AT-and-T US iPhone 10h30 1000 man balloons"
    assert value == expected.split()


def test_negated_name_is_not_selected() -> None:
    description = "A man without a T-shirt on a horse."
    value = validation.check_selection(
        ChatResponse("T-shirt, man, horse"), description, 3, ["man"]
    ).value
    assert value == ["man", "horse"]


def test_json_truncated_before_the_description_is_truncated_and_not_blind() -> None:
    for text in ('{"description" :', '{"description":"'):
        checked = validation.check_description(ChatResponse(text, is_truncated=True))
        assert (checked.value, checked.problem, checked.is_blind) == (None, "truncated", False)


def test_model_may_heal_one_slip_but_not_a_number() -> None:
    skeletons = ["trdtln", "lt", "vndv", "thrh", "bt"]
    words = ["traditional", "lattice", "meadow", "three", "lake"]
    validated = validation.check_words(list_response(words), skeletons)
    assert validated.value == ["traditional", "lattice", "", "", ""]
