"""The plug-in for Pillow: opening, painting and saving records, and records in PNG files."""

from __future__ import annotations

import doctest
import io
import pickle
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import (
    ExifTags,
    Image,
    ImageDraw,
    ImageFile,
    ImageOps,
    PngImagePlugin,
    UnidentifiedImageError,
)

import semcodec
import semcodec.pillow
from semcodec import bitstream, imaging
from tests.images import PHOTO, encode_image, scene
from tests.png_files import iter_chunks

SMALL = (64, 48)
TEXT = semcodec.skeleton("red boat sea")
RECORD = semcodec.pack(TEXT, size=SMALL, framing="file")
BARE = semcodec.pack(TEXT, size=SMALL)
OTHER = semcodec.pack(semcodec.skeleton("green tree"), size=SMALL, framing="file")
REGISTRIES = ("ID", "OPEN", "SAVE", "SAVE_ALL", "EXTENSION", "MIME")


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """Register the plug-in, and restore Pillow's tables afterwards."""
    Image.init()
    before = {name: getattr(Image, name).copy() for name in REGISTRIES}
    semcodec.pillow.register()
    yield
    semcodec.pillow.SemcodecImageFile.backend = "auto"
    for name, content in before.items():
        registry = getattr(Image, name)
        registry.clear()
        (registry.extend if isinstance(registry, list) else registry.update)(content)


@pytest.fixture
def paintings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list to which each painted record is appended."""
    painted_records: list[bytes] = []

    def counting(data: bytes, *, backend: str) -> semcodec.Decoded:
        painted_records.append(data)
        return semcodec.decode(data, backend=backend)

    monkeypatch.setattr(semcodec.pillow, "decode", counting)
    return painted_records


def open_bytes(data: bytes) -> ImageFile.ImageFile:
    return Image.open(io.BytesIO(data))


def decoded_pixels(data: bytes) -> bytes:
    return semcodec.decode(data).image.tobytes()


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return type and content of every chunk."""
    return [(chunk.kind, chunk.data) for chunk in iter_chunks(png)]


def chunk_types(png: bytes) -> list[bytes]:
    return [kind for kind, _ in chunks(png)]


class TestOpen:
    def test_size_and_words_are_available_before_painting(
        self, paintings: list[bytes], tmp_path: Path
    ) -> None:
        path = tmp_path / "boat.semc"
        path.write_bytes(RECORD)
        with Image.open(path) as image:
            assert (image.size, image.mode, image.format) == (SMALL, "RGB", "SEMCODEC")
            assert image.get_format_mimetype() == "application/vnd.semcodec"
            assert image.info == {
                "record": RECORD,
                "text": TEXT,
                "words": TEXT.split(),
                "coding": "nibble",
                "k": 3,
            }
            image.verify()
        assert paintings == []

    def test_pixels_are_those_of_decode_and_painted_once(self, paintings: list[bytes]) -> None:
        image = open_bytes(RECORD)
        assert image.getpixel((0, 0)) == semcodec.decode(RECORD).image.getpixel((0, 0))
        assert image.tobytes() == decoded_pixels(RECORD)
        assert image.load() is not None
        assert paintings == [RECORD]

    def test_pixels_can_be_changed(self) -> None:
        image = open_bytes(RECORD)
        image.load()
        assert not image.readonly
        image.putpixel((0, 0), (1, 2, 3))
        assert image.getpixel((0, 0)) == (1, 2, 3)

    def test_image_can_be_used_after_its_with_block(self) -> None:
        with open_bytes(RECORD) as image:
            copy = image.resize((8, 8))
        assert copy.size == (8, 8)
        assert image.tobytes() == decoded_pixels(RECORD)

    def test_file_that_pillow_opened_is_closed_after_painting(self, tmp_path: Path) -> None:
        path = tmp_path / "boat.semc"
        path.write_bytes(RECORD)
        image = Image.open(path)
        file = image.fp
        assert file is not None
        image.load()
        assert file.closed
        assert image.fp is None

    def test_file_of_the_caller_stays_open(self) -> None:
        file = io.BytesIO(RECORD)
        Image.open(file).load()
        assert not file.closed

    def test_closed_image_is_closed(self) -> None:
        image = open_bytes(RECORD)
        image.close()
        with pytest.raises(ValueError, match="closed"):
            image.load()

    def test_utf8_record(self) -> None:
        data = semcodec.pack("ein rotes Boot", coding="utf8", size=SMALL, framing="file")
        image = open_bytes(data)
        assert image.info["words"] == ["ein", "rotes", "Boot"]
        assert image.info["coding"] == "utf8"
        assert image.tobytes() == decoded_pixels(data)

    def test_incremental_parser(self) -> None:
        parser = ImageFile.Parser()
        for start in range(0, len(RECORD), 5):
            parser.feed(RECORD[start : start + 5])
        assert parser.close().tobytes() == decoded_pixels(RECORD)

    def test_copies_and_pickles_have_the_pixels(self) -> None:
        image = open_bytes(RECORD)
        again = pickle.loads(pickle.dumps(image))
        assert again.tobytes() == image.copy().tobytes() == decoded_pixels(RECORD)
        assert again.info["record"] == RECORD
        assert (b"seMC", BARE) in chunks(encode_image(again, "PNG"))

    def test_registered_backend_paints(self, monkeypatch: pytest.MonkeyPatch) -> None:
        semcodec.pillow.register(backend="embedded")
        used: list[str] = []

        def recording(data: bytes, *, backend: str) -> semcodec.Decoded:
            used.append(backend)
            return semcodec.decode(data)

        monkeypatch.setattr(semcodec.pillow, "decode", recording)
        open_bytes(RECORD).load()
        assert used == ["embedded"]

    def test_encode_accepts_an_opened_record(self) -> None:
        assert semcodec.encode(open_bytes(RECORD), k=2).record.words

    def test_two_threads_with_two_images(self) -> None:
        expected = {data: decoded_pixels(data) for data in (RECORD, OTHER)}
        results: list[bool] = []

        def work(data: bytes) -> None:
            semcodec.pillow.register()
            results.extend(open_bytes(data).tobytes() == expected[data] for _ in range(3))

        in_threads(lambda: work(RECORD), lambda: work(OTHER))
        assert results == [True] * 6

    def test_two_threads_with_one_image(self) -> None:
        image = open_bytes(RECORD)
        results: list[bytes] = []
        in_threads(*[lambda: results.append(image.tobytes())] * 2)
        assert results == [decoded_pixels(RECORD)] * 2


def in_threads(*jobs: Callable[[], object]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestErrors:
    @pytest.mark.parametrize(
        "data",
        [
            RECORD[:-1],
            RECORD[:3],
            RECORD[:2],
            RECORD + b"\0",
            RECORD[:-1] + bytes([RECORD[-1] ^ 1]),
            b"\xb5\x1b" + RECORD[2:],
            b"\xb5\x1a\x80" + RECORD[3:],
            b"\xb5\x1a" + BARE,
            BARE,
            RECORD + bytes(100_000),
        ],
        ids=lambda data: data[:12].hex(),
    )
    def test_damaged_record_is_not_identified(self, data: bytes, paintings: list[bytes]) -> None:
        with pytest.raises(UnidentifiedImageError):
            open_bytes(data)
        assert paintings == []

    def test_longest_record_opens_and_one_byte_more_does_not(self) -> None:
        data = semcodec.pack("n" * (65_536 - 4), coding="utf8", framing="file")
        assert len(data) == semcodec.Limits().max_bytes
        assert open_bytes(data).info["record"] == data
        with pytest.raises(UnidentifiedImageError):
            open_bytes(data + b"\0")

    def test_pillow_can_warn_of_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Image, "WARN_POSSIBLE_FORMATS", True)
        with (
            pytest.warns(UserWarning, match="SEMCODEC opening failed.*SC-CHK-2"),
            pytest.raises(UnidentifiedImageError),
        ):
            Image.open(io.BytesIO(RECORD + b"\0"), formats=["SEMCODEC"])

    def test_random_bytes_after_the_magic_open_or_are_not_identified(self) -> None:
        source = random.Random(3)
        for _ in range(500):
            data = b"\xb5\x1a" + source.randbytes(source.randrange(30))
            try:
                size = open_bytes(data).size
            except UnidentifiedImageError:
                continue
            assert size == semcodec.unpack(data).size  # one in 256 has the right check

    @pytest.mark.parametrize("size", [(4097, 64), (64, 4097), (9000, 9000)])
    def test_too_large_picture_opens_and_fails_on_load(
        self, size: tuple[int, int], paintings: list[bytes]
    ) -> None:
        image = open_bytes(semcodec.pack(TEXT, size=size, framing="file"))
        assert (image.size, image.info["k"]) == (size, 3)
        for _ in range(2):
            with pytest.raises(OSError, match=f"{size[0]} x {size[1]} is over 4096"):
                image.load()
        assert paintings == []

    def test_huge_picture_is_a_decompression_bomb(self) -> None:
        data = semcodec.pack(TEXT, size=(2**31 - 1, 2**31 - 1), framing="file")
        with pytest.raises(Image.DecompressionBombError, match="exceeds limit"):
            open_bytes(data)

    def test_record_without_words_opens_and_fails_on_load(self) -> None:
        image = open_bytes(semcodec.pack("", coding="nibble", size=SMALL, framing="file"))
        assert image.info["words"] == []
        with pytest.raises(OSError, match="no words") as caught:
            image.load()
        assert isinstance(caught.value.__cause__, semcodec.InputError)

    def test_failed_backend_is_an_oserror(self, monkeypatch: pytest.MonkeyPatch) -> None:
        failure = semcodec.BackendError("Out of paint: buy some.", backend="x", stage="paint")
        monkeypatch.setattr(semcodec.pillow, "decode", raising(failure))
        image = open_bytes(RECORD)
        with pytest.raises(OSError, match="Out of paint") as caught:
            image.load()
        assert caught.value.__cause__ is failure
        monkeypatch.undo()
        assert image.tobytes() == decoded_pixels(RECORD)  # the next try may succeed


def raising(error: Exception) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


class TestPng:
    def test_record_follows_ihdr_and_other_chunks_are_kept(self) -> None:
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Title", "a boat")
        notes.add(b"prIv", b"kept", after_idat=True)
        options = {"pnginfo": notes, "icc_profile": b"profile", "dpi": (72, 72)}
        plain = encode_image(scene(), "PNG", **options)
        png = encode_image(scene(), "PNG", semcodec=RECORD, **options)
        assert chunk_types(png)[:2] == [b"IHDR", b"seMC"]
        assert chunks(png)[1][1] == BARE
        assert [chunk for chunk in chunks(png) if chunk[0] != b"seMC"] == chunks(plain)

    def test_record_can_be_extracted(self, tmp_path: Path) -> None:
        path = tmp_path / "boat.png"
        scene().save(path, semcodec=RECORD)
        record = semcodec.unpack(path.read_bytes())
        assert (record.text, record.size) == (TEXT, SMALL)
        assert semcodec.extract_png(path.read_bytes()) == BARE

    def test_record_is_accepted_in_every_framing(self) -> None:
        url = semcodec.pack(TEXT, size=SMALL, framing="url")
        png = encode_image(scene(), "PNG", semcodec=RECORD)
        records = [semcodec.unpack(form) for form in (RECORD, BARE, url, png)]
        for form in (RECORD, BARE, url, url.decode(), png, *records):
            assert chunks(encode_image(scene(), "PNG", semcodec=form))[1] == (b"seMC", BARE)

    def test_record_is_in_the_info_of_an_opened_file(self) -> None:
        notes = PngImagePlugin.PngInfo()
        notes.add_text("text", "a text of another program")
        image = open_bytes(encode_image(scene(), "PNG", semcodec=RECORD, pnginfo=notes))
        assert isinstance(image, PngImagePlugin.PngImageFile)
        described = {key: image.info[key] for key in ("record", "text", "words", "coding", "k")}
        assert described == open_bytes(RECORD).info
        assert image.info["record"] == RECORD
        assert pickle.loads(pickle.dumps(image)).info == image.info
        assert encode_image(
            open_bytes(encode_image(scene(), "PNG")), "PNG", semcodec=image.info["record"]
        ) == encode_image(scene(), "PNG", semcodec=RECORD)

    @pytest.mark.parametrize(
        "cores",
        [
            (),
            (b"",),
            (b"\x7f\xff",),
            (BARE, BARE),
            (semcodec.pack(TEXT, check="crc8"),),
            (RECORD,),
        ],
    )
    def test_info_of_a_file_without_a_valid_record(self, cores: tuple[bytes, ...]) -> None:
        notes = PngImagePlugin.PngInfo()
        for core in cores:
            notes.add(b"seMC", core)
        image = open_bytes(encode_image(scene(), "PNG", pnginfo=notes))
        assert not {"record", "text", "words", "coding", "k"} & set(image.info)
        image.load()

    def test_animation_has_one_record(self) -> None:
        options = {"save_all": True, "append_images": [scene().rotate(90)]}
        png = encode_image(scene(), "PNG", semcodec=RECORD, **options)
        assert chunk_types(png)[:2] == [b"IHDR", b"seMC"]
        assert chunk_types(png).count(b"seMC") == 1
        assert b"acTL" in chunk_types(png)

    def test_opened_record_is_embedded_unless_omitted(self) -> None:
        image = open_bytes(RECORD)
        assert chunks(encode_image(image, "PNG"))[1] == (b"seMC", BARE)
        assert b"seMC" not in chunk_types(encode_image(image, "PNG", semcodec=None))
        assert b"seMC" not in chunk_types(encode_image(image, "PNG", semcodec=False))
        other = bitstream.unpack(OTHER).text
        png = encode_image(image, "PNG", semcodec=OTHER)
        assert semcodec.unpack(png).text == other
        assert chunk_types(png).count(b"seMC") == 1

    def test_derived_image_has_no_record(self) -> None:
        assert b"seMC" not in chunk_types(encode_image(open_bytes(RECORD).rotate(180), "PNG"))
        smaller = open_bytes(RECORD)
        smaller.thumbnail((16, 16))
        assert b"seMC" not in chunk_types(encode_image(smaller, "PNG"))

    def test_image_that_is_drawn_on_has_no_record(self) -> None:
        for draw in (
            lambda image: image.putpixel((5, 5), (1, 2, 3)),
            lambda image: image.paste((1, 2, 3), (0, 0, 8, 8)),
            lambda image: ImageDraw.Draw(image).line((0, 0, 9, 9)),
            lambda image: image.putalpha(9),
        ):
            image = open_bytes(RECORD)
            image.load()
            assert chunks(encode_image(image, "PNG"))[1] == (b"seMC", BARE)
            draw(image)
            assert b"seMC" not in chunk_types(encode_image(image, "PNG"))
            assert chunks(encode_image(image, "PNG", semcodec=RECORD))[1] == (b"seMC", BARE)

    def test_same_bytes_in_another_mode_or_size_have_no_record(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Pillow's own functions that work in place also set these attributes."""
        image = open_bytes(RECORD)
        other = Image.frombytes("YCbCr", SMALL, image.tobytes())
        image.im, image._mode = other.im, other.mode
        assert image.tobytes() == decoded_pixels(RECORD)
        assert isinstance(image, semcodec.pillow.SemcodecImageFile)
        assert image.own_record() is None

        plain = semcodec.Decoded(Image.new("RGB", SMALL), [], bitstream.unpack(RECORD), None)  # type: ignore[arg-type]
        monkeypatch.setattr(semcodec.pillow, "decode", lambda *_, **__: plain)
        image = open_bytes(RECORD)
        image.load()
        image.getexif()[ExifTags.Base.Orientation] = 6
        ImageOps.exif_transpose(image, in_place=True)
        assert image.size == SMALL[::-1]
        assert b"seMC" not in chunk_types(encode_image(image, "PNG"))

    def test_changed_png_file_has_no_record(self) -> None:
        image = open_bytes(encode_image(scene(), "PNG", semcodec=RECORD))
        assert b"seMC" not in chunk_types(encode_image(image.rotate(180), "PNG"))
        image.putpixel((0, 0), (1, 2, 3))
        assert b"seMC" not in chunk_types(encode_image(image, "PNG"))

    def test_png_without_a_record_is_the_same_as_without_the_plug_in(self) -> None:
        with_hook = encode_image(scene(), "PNG")
        save = Image.SAVE["PNG"]
        assert isinstance(save, semcodec.pillow._PngSaver)
        Image.SAVE["PNG"] = save.plain
        assert with_hook == encode_image(scene(), "PNG")

    def test_png_with_a_record_is_a_png(self, paintings: list[bytes]) -> None:
        png = encode_image(scene(), "PNG", semcodec=RECORD)
        image = open_bytes(png)
        assert (image.format, image.size) == ("PNG", scene().size)
        assert image.tobytes() == scene().tobytes()
        assert paintings == []
        assert b"seMC" not in chunk_types(encode_image(image, "PNG"))

    @pytest.mark.parametrize("garbage", [b"", b"\xff\xff", RECORD[:-1], "text", 7, True])
    def test_invalid_record_fails_and_leaves_no_file(self, garbage: object, tmp_path: Path) -> None:
        path = tmp_path / "boat.png"
        with pytest.raises(semcodec.SemcodecError):
            scene().save(path, semcodec=garbage)
        assert not path.exists()


class TestSave:
    def test_photograph_is_described(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.semc"
        with Image.open(io.BytesIO(PHOTO)) as photo:
            photo.save(path, k=3)
        data = path.read_bytes()
        expected = semcodec.encode(PHOTO, k=3, size=scene().size)
        assert data == expected.data
        with Image.open(path) as again:
            assert (again.size, again.info["k"]) == (scene().size, 3)
            assert again.tobytes() == decoded_pixels(data)

    def test_options_are_passed_to_encode(self) -> None:
        data = encode_image(
            scene(), "SEMCODEC", max_bytes=20, coding="utf8", size=(640, 480), check="crc16"
        )
        record = semcodec.unpack(data)
        assert (record.coding, record.size, record.check) == ("utf8", (640, 480), "crc16")
        assert len(data) <= 20
        layered = semcodec.unpack(encode_image(scene(), "SEMCODEC", layers="colors:9"))
        assert len(layered.layers.colors or b"") == 9

    def test_background_is_passed_to_encode(self) -> None:
        clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
        green, red = (encode_image(clear, "SEMCODEC", background=name) for name in ("lime", "red"))
        assert "green" in semcodec.unpack(green).words
        assert "red" in semcodec.unpack(red).words

    @pytest.mark.parametrize(
        ("size", "target"), [((8000, 20), (4096, 10)), ((1, 9000), (1, 4096)), ((9, 7), (9, 7))]
    )
    def test_default_size_is_that_of_the_image_within_the_limit(
        self, size: tuple[int, int], target: tuple[int, int]
    ) -> None:
        data = encode_image(Image.new("RGB", size, "red"), "SEMCODEC")
        assert open_bytes(data).size == target

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
    @pytest.mark.parametrize(("orientation", "target"), [(3, (40, 60)), (6, (60, 40))])
    def test_default_size_is_that_of_the_upright_image(
        self, kind: str, orientation: int, target: tuple[int, int]
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encode_image(Image.new("RGB", (40, 60), "red"), kind, exif=exif)
        with Image.open(io.BytesIO(data)) as photo:
            record = encode_image(photo, "SEMCODEC")
        assert open_bytes(record).size == target

    def test_automatic_size(self) -> None:
        data = encode_image(Image.new("RGB", (40, 60), "red"), "SEMCODEC", size="auto")
        assert open_bytes(data).size == (832, 1248)

    def test_damaged_metadata_do_not_matter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(image: Image.Image) -> Image.Exif:
            raise SyntaxError("damaged")

        monkeypatch.setattr(Image.Image, "getexif", fail)
        assert imaging.upright_size(Image.new("RGB", (40, 60))) == (40, 60)

    def test_registered_backend_describes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        semcodec.pillow.register(backend="embedded")
        used: list[str] = []

        def recording(
            image: Image.Image, *, backend: str, size: tuple[int, int]
        ) -> semcodec.Encoded:
            used.append(backend)
            return semcodec.encode(image, size=size)

        monkeypatch.setattr(semcodec.pillow, "encode", recording)
        encode_image(scene(), "SEMCODEC")
        assert used == ["embedded"]

    def test_unchanged_record_is_saved_unchanged(self, tmp_path: Path) -> None:
        path = tmp_path / "boat.semc"
        path.write_bytes(RECORD)
        with Image.open(path) as image:
            image.save(path)
            image.save(tmp_path / "copy.semc")
        assert path.read_bytes() == (tmp_path / "copy.semc").read_bytes() == RECORD

    @pytest.mark.parametrize(
        "change",
        [
            lambda image: image.putpixel((5, 5), (1, 2, 3)),
            lambda image: image.paste((1, 2, 3), (0, 0, 8, 8)),
            lambda image: image.thumbnail((16, 16)),
            lambda image: image.putalpha(9),
        ],
    )
    def test_changed_image_is_described_again(
        self, change: Callable[[Image.Image], None], tmp_path: Path
    ) -> None:
        image, path = open_bytes(RECORD), tmp_path / "boat.semc"
        image.load()
        change(image)
        image.save(path)
        assert path.read_bytes() == semcodec.encode(image, size=image.size).data != RECORD
        image.save(path, semcodec=RECORD)
        assert path.read_bytes() == RECORD

    def test_given_record_is_written(self) -> None:
        for form in (RECORD, BARE, semcodec.unpack(BARE)):
            assert encode_image(scene(), "SEMCODEC", semcodec=form) == RECORD

    def test_record_can_be_omitted_to_describe_again(self) -> None:
        data = encode_image(open_bytes(RECORD), "SEMCODEC", semcodec=None, k=1)
        assert semcodec.unpack(data).k == 1

    def test_invalid_option_is_a_valueerror_and_leaves_no_file(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.semc"
        with pytest.raises(ValueError, match="coding"):
            scene().save(path, coding="morse")
        assert not path.exists()

    def test_failed_backend_is_an_oserror(self, monkeypatch: pytest.MonkeyPatch) -> None:
        failure = semcodec.BackendError("No words today.", backend="x", stage="describe")
        monkeypatch.setattr(semcodec.pillow, "encode", raising(failure))
        with pytest.raises(OSError, match="No words today"):
            encode_image(scene(), "SEMCODEC")

    def test_other_formats_are_unchanged(self) -> None:
        assert open_bytes(encode_image(open_bytes(RECORD), "JPEG")).format == "JPEG"


class TestRegister:
    def test_registering_twice_changes_nothing(self) -> None:
        before = {name: getattr(Image, name).copy() for name in REGISTRIES}
        semcodec.pillow.register()
        assert before == {name: getattr(Image, name) for name in REGISTRIES}
        assert Image.ID.count("SEMCODEC") == 1
        assert chunk_types(encode_image(scene(), "PNG", semcodec=RECORD)).count(b"seMC") == 1

    def test_extension_and_media_type(self) -> None:
        assert Image.registered_extensions()[".semc"] == "SEMCODEC"
        assert Image.MIME["SEMCODEC"] == "application/vnd.semcodec"

    @pytest.mark.parametrize("name", ["no such backend", "", None, 7])
    def test_unknown_backend_is_an_input_error(self, name: str) -> None:
        with pytest.raises(semcodec.InputError, match="Unknown backend"):
            semcodec.pillow.register(backend=name)

    def test_import_registers_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "boat.semc"
        path.write_bytes(RECORD)
        code = (
            "import sys, semcodec\n"
            "assert 'PIL' not in sys.modules and 'semcodec.pillow' not in sys.modules\n"
            "import semcodec.pillow\n"
            "from PIL import Image\n"
            "assert 'SEMCODEC' not in Image.OPEN and '.semc' not in Image.EXTENSION\n"
            "semcodec.pillow.register()\n"
            "image = Image.open(sys.argv[1])\n"
            "assert 'onnxruntime' not in sys.modules\n"
            "image.save(sys.argv[1] + '.png')\n"
        )
        run(code, str(path))
        assert b"seMC" in chunk_types((tmp_path / "boat.semc.png").read_bytes())

    def test_import_without_pillow_names_the_extra(self) -> None:
        code = (
            "import sys\n"
            "sys.modules['PIL'] = None\n"
            "try:\n"
            "    import semcodec.pillow\n"
            "except ImportError as error:\n"
            "    assert 'semcodec[image]' in str(error)\n"
            "else:\n"
            "    sys.exit(1)\n"
        )
        run(code)


def run(code: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code, *arguments], check=True)


def test_example_of_register() -> None:
    assert doctest.testmod(semcodec.pillow).failed == 0
