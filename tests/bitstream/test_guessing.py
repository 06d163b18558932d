"""``framing="guess"``: it finds text forms in any text, and takes nothing else for a record."""

from __future__ import annotations

import io
import itertools
import random
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fuzz import strategies
from fuzz.call_counter import CallCounter
from fuzz.wrappers import URL_WRAPPERS, WRAPPERS
from semcodec.bitstream import (
    Limits,
    Record,
    embed_png,
    guessing,
    pack,
    repack,
    text_search,
    text_views,
    unpack,
    validate,
)
from semcodec.bitstream import (
    framing as framings,
)
from semcodec.bitstream.framing.text import BASE45, BASE64
from semcodec.coding import lexicon
from semcodec.errors import FormatError, InputError, SemcodecError, UnsupportedError
from tests import ordinary_data
from tests.annex_c import append_check
from tests.each import for_each

WORDS = "large red cup coffee table"
FORMS = {
    f"{framing} {check}": pack(WORDS, coding="lexicon", framing=framing, check=check).decode()
    for framing in ("url", "qr")
    for check in ("crc8", "crc32")
} | {
    "long url": pack(
        "two bears walk across a mountain " * 20, coding="utf8", framing="url"
    ).decode(),
    "long qr": pack("two bears walk across a mountain " * 20, coding="utf8", framing="qr").decode(),
    "short url": pack("dog", coding="lexicon", framing="url").decode(),
    "empty": pack("", coding="lexicon", framing="qr").decode(),
}
URL, QR = FORMS["url crc8"], FORMS["qr crc8"]
FILE = pack(WORDS, coding="lexicon", framing="file")
BARE = pack(WORDS, coding="lexicon")


def guess(data: bytes | str, **options: Any) -> Record:
    return unpack(data, framing="guess", **options)


def message(data: bytes | str) -> str:
    """Return the message of the error, and check that it has two clauses."""
    with pytest.raises(SemcodecError) as caught:
        guess(data)
    return str(caught.value)


def picture(image_format: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "teal").save(out, image_format)
    return out.getvalue()


# --- text forms in a text ------------------------------------------------------------------------


@pytest.mark.no_cover
@for_each(itertools.product(FORMS.values(), WRAPPERS))
def test_form_is_found_in_every_wrapper(form: str, name: str) -> None:
    wrapped = WRAPPERS[name](form)
    assert guess(wrapped) == unpack(form)
    if isinstance(wrapped, str):
        assert guess(wrapped.encode()) == unpack(form)


@pytest.mark.parametrize("name", URL_WRAPPERS)
@pytest.mark.parametrize("form", [form for form in FORMS.values() if form[:5] == "semc:"])
def test_url_form_is_found_in_more_wrappers(form: str, name: str) -> None:
    assert guess(URL_WRAPPERS[name](form)) == unpack(form)


@given(
    strategies.nibble_texts,
    st.sampled_from(("url", "qr")),
    st.sampled_from([*WRAPPERS.values()]),
    st.sampled_from(("crc8", "crc16", "crc32")),
)
def test_form_of_any_record_is_found_in_a_wrapper(
    text: str, framing: Any, wrap: Any, check: Any
) -> None:
    form = pack(text, coding="nibble", framing=framing, check=check).decode()
    assert guess(wrap(form)) == unpack(form)


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_around_a_form_does_not_matter(before: str, after: str) -> None:
    """Blanks separate them, so that it is certain where the form ends."""
    form = FORMS["url crc32"]
    assert guess(f"{before}\n\n{form}\n\n{after}") == unpack(form)


def test_end_of_a_form_in_many_lines_is_the_first_short_one() -> None:
    form = FORMS["long url"]
    wrapped = "\n".join(form[at : at + 30] for at in range(0, len(form), 30))
    assert guess(f"{wrapped}\nGreetings\nBob\n") == unpack(form)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_letters_of_another_script_follow_without_a_blank(encoding: str) -> None:
    """In another order of bytes they would be characters of the form: U+4E2D is "N-"."""
    assert guess(f"中中{URL}中中".encode(encoding)).text == WORDS


@pytest.mark.parametrize(
    ("form", "change"),
    [
        (URL, ("-", "\u2011")),  # a non-breaking hyphen
        ("semc:DAYOBPsA--sR4Q", ("--", "—")),
        ("semc:DAYOBPsA--sR4Q", ("-", "–")),
    ],
)
def test_typography_is_undone(form: str, change: tuple[str, str]) -> None:
    assert guess(form.replace(*change)) == unpack(form)


def test_form_that_was_found_is_not_read_again_in_another_encoding() -> None:
    """These are 1 in 20,000: undoing ``+`` or ``%`` gives another valid form."""
    form = "SEMQ:XE1$20RFWEKH.GR*1S72S*1S9IQX+F%1"
    assert guess(form) == unpack(form)
    assert guess(form.replace("$", "<wbr>$")) == unpack(form)


@pytest.mark.parametrize(
    "text",
    [
        f"<a href='{URL}'>{URL}</a>",
        f"{URL}\n{URL}\n",
        f"{URL} and as a code {QR}",
        f'{{"a": "{URL}", "b": "{URL.replace(":", "%3A")}"}}',
    ],
)
def test_same_record_twice_is_one_record(text: str) -> None:
    assert guess(text).text == WORDS


@pytest.mark.parametrize(
    "text",
    [
        f"{URL} {FORMS['short url']}",
        f"{URL}, {FORMS['short url']}, {URL}, {FORMS['empty']}",
        f"{QR}\n{FORMS['short url']}",
        f"<p>{URL}</p><a href='{FORMS['short url'].replace(':', '%3A')}'>it</a>",
    ],
)
def test_different_records_in_a_text_are_an_error_that_shows_two(text: str) -> None:
    assert "different records" in message(text)
    assert message(text).count("sem") + message(text).count("SEM") == 2


def test_long_forms_are_shortened_in_the_message() -> None:
    text = message(f"{FORMS['long url']} {URL}")
    assert len(text) < 160
    assert "…" in text


@pytest.mark.parametrize(
    ("form", "rule", "words"),
    [
        (URL[:-1], "SC-TXT-3", "impossible length"),
        (URL[:-2] + "A" + URL[-1:], "SC-CHK-2", "check"),
        (URL.lower(), "SC-HDR-1", "no capital letters"),
        (URL[:9] + "…", "SC-CHK-2", "left out"),
        (URL[:9] + "...", "SC-CHK-2", "left out"),
        (QR[:-1] + "1", "SC-CHK-2", "check"),
        ("semc:KGk", "SC-CHK-2", "check"),
    ],
)
def test_message_about_a_damaged_form_names_it_and_the_rule(
    form: str, rule: str, words: str
) -> None:
    for text in (form, f"  {form}  ", f"See `{form}`.", form.encode(), form.encode("utf-16")):
        with pytest.raises((FormatError, UnsupportedError)) as caught:
            guess(text)
        assert caught.value.rule == rule
        assert form.rstrip("….") in str(caught.value)
        assert words in str(caught.value)
        assert rule in str(caught.value)


def test_form_beyond_a_limit_is_reported_as_such() -> None:
    with pytest.raises(UnsupportedError) as caught:
        guess(f"({URL})", limits=Limits(max_words=2))
    assert caught.value.rule == "SC-LIM-2"


@pytest.mark.parametrize(
    "text", ["semc: a file format", "SEMQ: or semc:", "semc:", "semc:\n", "semc:…", "SEMQ:é"]
)
def test_prefix_in_a_sentence_is_not_a_damaged_form(text: str) -> None:
    assert "text without a record" in message(text)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "start",
    [
        *(
            "semc:",
            "SEMQ:",
            "semc:CA ",
            "SEMQ:I31 ",
            "semc%3A",
            "semc:C<b>",
            "SEMQ:I31.50AM804 -\n",
        ),
        *(
            "semc:CAA\n",
            "&#58;",
            "\\u003a",
            "=\n",
            "%25",
            "<!--",
            "'\n'",
            "SEMQ:i31 ",
            "\u0301\u0327",
        ),
    ],
)
def test_hostile_text_of_a_megabyte_takes_bounded_work(start: str) -> None:
    text = start * (1_000_000 // len(start))
    with CallCounter() as counter, pytest.raises(SemcodecError):
        guess(text)
    assert counter.calls < 2_500_000  # replacements by functions; the candidates are few


def test_too_many_forms_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "MAX_STARTS", 20)
    text = f"{URL}\n" * (text_search.MAX_STARTS + 1)
    assert "too many" in message(text)
    assert guess(f"{URL}\n" * text_search.MAX_STARTS).text == WORDS


def test_work_for_words_that_cannot_be_decoded_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []

    def decode(payload: bytes) -> tuple[list[str], str]:
        decoded.append(payload)
        return [], "SC-LEX-1"

    monkeypatch.setattr(lexicon, "decode", decode)
    cores = (append_check(b"\x28" + bytes([value, 1])) for value in range(200))
    text = " and ".join(framings.write("url", core).decode() for core in cores)
    assert "cannot be read" in message(text)
    assert len(decoded) == text_search.MAX_TRIED // text_search.DECODING_COST


def test_number_of_tried_characters_is_limited() -> None:
    text = "\n".join("SEMQ:" + "I31.50AM804" * 5_000 for _ in range(60))
    forms = text_search.find_forms(text, Limits())
    assert (forms.valid, forms.is_complete) == ([], False)


@pytest.mark.no_cover
def test_wrong_ends_pass_less_often_than_damaged_forms() -> None:
    """A check of 8 bits is passed by 1 of 256 damaged forms; all candidates together: by fewer."""
    rng, found, tried = random.Random(1), 0, 3_000
    for number in range(tried):
        alphabet, prefix = (BASE64, "semc:C") if number % 2 else (BASE45, "SEMQ:0A1")
        body = "".join(rng.choices(alphabet.decode() + " \n  ", k=60))
        found += bool(text_search.find_forms(prefix + body, Limits()).valid)
    assert found < tried / 256


def test_number_of_lines_of_a_form_is_limited() -> None:
    lines = "\n".join(["C"] + ["A"] * (text_search.MAX_PIECES + 5))
    pieces, count = text_search._url_pieces(lines)
    assert len(pieces) == count == text_search.MAX_PIECES


def test_fewer_candidates_than_the_check_can_distinguish() -> None:
    body = "C" + "-A_" * 40 + "\n" + " ".join("abcdefgh")
    candidates = list(text_search._url_bodies(body))
    assert len(set(candidates)) <= text_search.MAX_CANDIDATES


# --- what is not a text form ---------------------------------------------------------------------


@pytest.mark.no_cover
def test_ordinary_text_is_never_a_record() -> None:
    lines = ordinary_data.lines()
    assert len(lines) == 2_000
    found = [line for line in lines for text in (line, line.encode()) if is_record(text)]
    assert found == []


def test_ordinary_files_are_never_records() -> None:
    files = ordinary_data.files()
    assert len({name.partition(".")[2] for name in files}) >= 20
    assert [name for name, data in files.items() if is_record(data)] == []


def is_record(data: bytes | str) -> bool:
    try:
        guess(data)
    except SemcodecError:
        return False
    return True


@pytest.mark.parametrize("text", ["a cat", "hello world\n", "cat", "für dich", "a\tb\nc", "c"])
def test_message_about_text_explains_what_a_record_starts_with(text: str) -> None:
    for data in (text, text.encode(), text.encode("utf-16")):
        assert "b5 1a" in message(data)
        assert "semc:" in message(data)


def test_only_text_that_is_also_a_bare_record_is_said_to_need_its_framing() -> None:
    assert unpack(b"a cat").framing == "bare"
    assert "framing bare" in message(b"a cat")
    assert "framing bare" not in message(b"hello world")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp437", "utf-16", "utf-16-le"])
def test_text_in_other_encodings_is_not_a_record(encoding: str) -> None:
    for line in ("Der Bär schläft im großen Wald.", " über Jürgen und Käthe", "`déjà vu à Nîmes`"):
        assert not is_record(line.encode(encoding, "replace"))


@pytest.mark.parametrize(
    "text",
    [
        b" H\xc3\xa4user # sch\xc3\xb6ne f\xc3",  # UTF-8 that is cut within a character
        b"    No No Argument # No\0Bad",
        b"\0Teated vigadest saatke palun aadressil %s.",
        "    山 # こんにちは 日本".encode("shift_jis"),
        " picture мир # привет words".encode("koi8-r"),
    ],
)
def test_text_that_is_cut_or_has_null_characters_is_not_a_record(text: bytes) -> None:
    # Detection reads it as a record if it is a canonical payload, which depends on the tables.
    numbers = (text.replace(b"#", b"%d" % number) for number in range(1_000))
    data = next(data for data in numbers if validate(data).ok)
    assert "framing bare" in message(data)


def test_spaces_at_the_ends_of_indented_lines_belong_to_the_form() -> None:
    lines = (
        "SEMQ:H0E0NII.UHSH9/B X50MP6DPKVBO$EN9OU$J L6PUN-JL~U9EMBUU5EK+ NUZ-J/UU:PMUUUQSGXZU "
        "WQMQIUR/NOZUM~JNUUFD J:B1KFWEFHDN1260+RB% MGGZUTJKK~U-4O:TUM/N 3UUBVKRTUL+HFZU1VJS~ "
        "UVELZIUXWN1~UZHH+ZUX $L5PU1CHCPUOHGRIUVJK -ZU%II.UU0QLKZUVKMVT ULTHTZU7AOYUU29N6OU* "
        "OKOOU*OKTOUQ.MO0"
    )
    record = unpack(lines.replace(" ", "").replace("~", " "))
    indented = "    " + lines.replace(" ", "\n    ").replace("~", " ")
    assert guess(indented) == record


def test_form_that_starts_with_a_space_is_found_where_a_line_end_replaced_it() -> None:
    record = unpack(form := "SEMQ: 3108EBNA4P6E2")
    for text in (form, form.lower(), form.replace(" ", "\n"), f"here it is:\nSEMQ:\n{form[6:]} ok"):
        assert guess(text) == record


def test_form_with_many_marks_is_found_in_text() -> None:
    form = "SEMQ:K41*/ADOPXKK.02%HQNLOI T 44B+5-1"
    capitals = "NOW: IT IS OUR CAT. IT IS - I THINK - THE BEST.\nSO LONG\nBYE"
    paragraph = textwrap.fill(f"Dear all, here it is: {form} " * 3, 60)
    assert guess(f"LOOK AT {form} {capitals}") == guess(paragraph) == unpack(form)


def test_plus_is_a_space_only_where_the_colon_is_percent_encoded() -> None:
    record = unpack(form := "SEMQ:$51 AGLGM+WOS2")
    assert guess(form.replace(" ", "%20")) == record
    assert guess(form.replace(":", "%3A").replace("+", "%2B").replace(" ", "+")) == record


@pytest.mark.no_cover
def test_long_text_is_text_although_only_its_beginning_is_read() -> None:
    for text in ("a cät " * 800_000, "a cat " * 800_000, "aä" * 2_000_000):
        data = text.encode()
        assert len(data) > text_views.MAX_TEXT
        assert "text without a record" in message(data)
    assert not is_record(b"a cat " * 800_000 + f"\n{URL}".encode())  # it is beyond the limit


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "a PDF document, not a record"),
        (b"PK\x03\x04" + bytes(60), "a ZIP archive, not a record"),
        (b"<!DOCTYPE html><html></html>", "an HTML page, not a record"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "an ELF program, not a record"),
        (picture("JPEG"), "a JPEG image without a record"),
        (picture("WEBP"), "a WebP image without a record"),
        (picture("GIF"), "a GIF image without a record"),
    ],
)
def test_message_about_another_file_names_its_type(data: bytes, name: str) -> None:
    assert name in message(data)
    assert "update semcodec" not in message(data)


def test_signature_of_another_file_counts_more_than_a_check_of_8_bits() -> None:
    data = append_check(b"hsqs\1\2")  # a SquashFS image, or a bare record
    assert unpack(data).check == "crc8"
    assert "a SquashFS image" in message(data)


def test_text_form_in_the_metadata_of_a_picture_is_found() -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (9, 9))
    exif = image.getexif()
    exif[0x010E] = f"{WORDS} {URL}"
    image.save(out, "JPEG", exif=exif)
    assert guess(out.getvalue()).text == WORDS


@pytest.mark.parametrize("data", [b"\x80\x81\x82", b"\x01\x02\x03\x04", BARE + b"\0"])
def test_message_about_unknown_bytes_shows_the_first_ones(data: bytes) -> None:
    assert data[:2].hex(" ") in message(data)
    assert "b5 1a" in message(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (FILE + b"\n", "after the record"),
        (FILE + b"\r\n", "after the record"),
        (b"\n" + FILE, "in front"),
        (b"\xef\xbb\xbf" + FILE, "byte order mark"),
        (FILE.decode("latin-1").encode(), "UTF-8 text"),
        (FILE.decode("utf-8", "replace").encode(), "lost bytes"),
        (FILE.decode("cp437").encode("utf-16"), "PowerShell"),
        (pack("nt", framing="file", size=(768, 1344)).replace(b"\n", b"\r\n"), "line ends"),
        (pack("nt", framing="file", size=(1920, 1080), models=10).replace(b"\r", b""), "line ends"),
        (picture("PNG").replace(b"\r\n", b"\n", 1), "line ends"),
        (picture("PNG").decode("latin-1").encode(), "UTF-8 text"),
    ],
)  # fmt: skip
def test_message_about_a_file_that_was_treated_as_text_says_what_happened(
    data: bytes, words: str
) -> None:
    assert words in message(data)
    assert "binary" in message(data)


def test_damaged_file_and_picture_keep_their_rules() -> None:
    for data, rule in (
        (FILE[:-1], "SC-CHK-2"),
        (b"", "SC-FRM-1"),
        (b"\xb5\x1a", "SC-FRM-1"),
        (b"\xb5", "SC-FRM-2"),
        (b"\xb5\x1b\x08\x11\x43", "SC-FRM-2"),
        (FILE + b"\n\0", "SC-CHK-2"),
        (picture("PNG"), "SC-PNG-3"),
        (embed_png(picture("PNG"), BARE)[:-1], "SC-PNG-2"),
    ):
        with pytest.raises(FormatError) as caught:
            guess(data)
        assert caught.value.rule == rule


@pytest.mark.parametrize("text", [" ", "\n\n", "\t", "\ufeff"])
def test_blank_text_is_an_error(text: str) -> None:
    assert "blank" in message(text) or "text without" in message(text)


def test_digits_of_a_file_in_hexadecimal_are_read() -> None:
    """``pack`` prints them to a terminal."""
    for digits in (FILE.hex(), FILE.hex(" ").upper() + "\n", "0x" + FILE.hex(), FILE.hex(":")):
        assert guess(digits) == guess(digits.encode()) == unpack(FILE)
    assert not is_record(FILE.hex()[:-1])
    assert not is_record(BARE.hex())


# --- records -------------------------------------------------------------------------------------


@given(strategies.records())
def test_record_with_a_check_is_the_one_that_detection_finds(data: bytes) -> None:
    detected = unpack(data)
    if detected.check != "none" or detected.framing == "png":
        try:
            assert guess(data) == detected
        except InputError:  # text that passes a CRC-8 may be text
            assert (detected.framing, detected.check) == ("bare", "crc8")


@pytest.mark.parametrize("coding", ["nibble", "lexicon", "bag"])
@pytest.mark.parametrize("check", ["none", "crc8", "crc16", "crc32"])
def test_bare_record_of_words_is_read(coding: Any, check: Any) -> None:
    for words in (WORDS, "two bears walk across a snowy mountain", "red boat"):
        text = (
            "".join(char for char in words if char in " ntsrhldcmfgpbkv")
            if coding == "nibble"
            else words
        )
        data = pack(" ".join(text.split()), coding=coding, check=check)
        assert guess(data) == unpack(data)


def test_bare_record_in_utf8_is_read_only_if_it_is_not_text() -> None:
    with_size = pack("roter Bär", coding="utf8", size=(512, 512))
    assert guess(with_size).text == "roter Bär"
    assert not is_record(pack("roter Bär", coding="utf8"))
    assert not is_record(b"b\x01some strings\0separated\0by zeros")
    assert guess(pack("roter Bär", coding="utf8", check="crc16")).text == "roter Bär"


def test_unchecked_bare_record_has_limits() -> None:
    assert is_record(pack("nnnn " * 160 + "t", coding="nibble"))
    assert not is_record(pack("nnnn " * 260 + "t", coding="nibble"))
    assert is_record(pack("n" * guessing.MAX_SKELETON, coding="nibble"))
    assert not is_record(pack("n" * (guessing.MAX_SKELETON + 1), coding="nibble"))
    zeros = b"\x01\0" + b"\0\0\0\1" + b"\x11"  # models of which none is stated
    assert not is_record(zeros)


def test_fuller_framings_win_over_a_form_in_their_text() -> None:
    for framing, check in (("file", "crc8"), ("bare", "crc16"), ("url", "crc8")):
        data = pack(f"look: {URL}", coding="utf8", framing=framing, check=check)  # type: ignore[arg-type]
        assert guess(data).text == f"look: {URL}"


def test_path_gives_a_message_that_says_what_to_do() -> None:
    for framing in ("guess", "auto"):
        with pytest.raises(InputError, match="read_bytes"):
            unpack(Path("photo.semc"), framing=framing)  # type: ignore[arg-type]


def test_arguments_are_checked() -> None:
    with pytest.raises(InputError, match="unpack_all"):
        unpack(FILE, framing="sequence")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="guess, auto"):
        unpack(FILE, framing="any")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="limits"):
        guess(FILE, limits=3)
    assert guess(bytearray(FILE)) == guess(memoryview(FILE)) == unpack(FILE)
    assert guess("\udcff" + URL + "\ud800").text == WORDS
    assert repack(guess(f"<{URL}>")) == URL.encode()


@pytest.mark.parametrize(
    "text", [URL, QR.lower(), f" {URL}", f"“{QR}”", f"`{URL}`", "Semc%3AKB5b7w"]
)
def test_string_that_starts_with_a_prefix_is_a_text_form_and_not_a_path(text: str) -> None:
    assert guessing.starts_with_form(text)
    assert guessing.mentions_form(f"look: {text}")


@pytest.mark.parametrize("path", [f"./{URL}", f"/tmp/{URL}", f"a {URL}", "photo.semc", "semc", ""])
def test_string_that_starts_otherwise_may_be_a_path(path: str) -> None:
    assert not guessing.starts_with_form(path)
    assert guessing.mentions_form(path) == (URL in path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(300), "only zero bytes"),
        (b"semc:", "nothing after semc: or SEMQ:"),
        (b"look at Semc%3A there", "nothing after semc: or SEMQ:"),
        ("SEMQ: ", "nothing after semc: or SEMQ:"),
    ],
)
def test_message_names_what_is_left_of_a_record(data: bytes | str, reason: str) -> None:
    assert reason in message(data)


def test_data_that_starts_with_two_items_may_be_a_sequence() -> None:
    items = [pack(text, framing="sequence") for text in ("rd", "bt", "large red boat")]
    for data in (b"".join(items), b"".join(items)[:-1], b"".join(items[:2]) + b"\xff"):
        with pytest.raises(InputError, match="may be a sequence of records: choose --framing"):
            guess(data)
    for data in (items[0], items[0] + items[2][:-1], items[0] + b"\1\xff"):
        with pytest.raises(InputError, match=f"it starts with {data[:2].hex(' ')}, not with"):
            guess(data)
