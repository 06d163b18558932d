"""The registries of the format. Written by spec/generate.py: edit spec/registry."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Outcome = Literal["malformed", "invalid", "unsupported", "profile"]


class Rule(NamedTuple):
    """One rule of the format.

    Attributes:
        outcome: what breaking it makes of the data.
        clause: where the specification states it.
        statement: what it says.
        message: what to do where it is broken, in one sentence.
        profile: the profile it belongs to, or "".
        example: data that breaks this rule alone, in hex, or "" where that would be long.
        framing: how the example is read.
    """

    outcome: Outcome
    clause: str
    statement: str
    message: str
    profile: str
    example: str
    framing: str


class ExtensionType(NamedTuple):
    """One type of extension: its number, its name, what its value looks like, the rule of it."""

    type: int
    name: str
    value: str
    rule: str


class Model(NamedTuple):
    """One model that has an id, and the places it can fill."""

    name: str
    roles: tuple[str, ...]


SIZES: Final[dict[int, tuple[int, int]]] = {1: (512, 512),
 2: (768, 768),
 3: (768, 512),
 4: (512, 768),
 5: (1152, 896),
 6: (896, 1152),
 7: (1216, 832),
 8: (832, 1216),
 9: (1344, 768),
 10: (768, 1344),
 11: (1536, 640),
 12: (640, 1536),
 13: (1920, 1080),
 14: (1280, 720),
 15: (256, 256),
 16: (3840, 2160),
 17: (2048, 2048),
 18: (2048, 1365),
 19: (640, 480),
 20: (4032, 3024)}

NEVER_SIZES: Final = (0, 69, 101)

CODINGS: Final = ('nibble', 'lexicon', 'bag', 'utf8')

CODINGS_IN_USE: Final = ('nibble', 'utf8')

CHECKS: Final = ('none', 'crc8', 'crc16', 'crc32')

CHECK_BYTES: Final = (0, 1, 2, 4)

FRAMINGS: Final = ('bare', 'file', 'sequence', 'url', 'qr', 'png')

DEFAULT_CHECKS: Final = {'bare': 'none',
 'file': 'crc8',
 'sequence': 'none',
 'url': 'crc8',
 'qr': 'crc8',
 'png': 'none'}

MUST_CHECK: Final = ('file', 'url', 'qr')

MODEL_SETS: Final = ('default', 'openai', 'local')

MODEL_SET_IDS: Final[tuple[tuple[int, int, int, int], ...]] = ((1, 2, 1, 1), (3, 3, 5, 1), (7, 7, 8, 1))

MODELS: Final[dict[int, Model]] = {
    1: Model('semcodec-embedded 1', ('describer', 'painter')),
    2: Model('deterministic 1', ('writer',)),
    3: Model('gpt-5.5', ('describer', 'writer')),
    4: Model('gpt-5.4-mini', ('describer', 'writer')),
    5: Model('gpt-image-2', ('painter',)),
    6: Model('gpt-image-2.5-flare', ('painter',)),
    7: Model('Qwen3-VL-2B-Instruct', ('describer', 'writer')),
    8: Model('FLUX.2-klein-4B', ('painter',)),
    9: Model('gpt-4-vision (GPT-4V)', ('describer', 'writer')),
    10: Model('dall-e-3', ('painter',)),
}

PROMPTS: Final[dict[int, str]] = {1: 'semcodec prompts 1'}

EXTENSIONS: Final[tuple[ExtensionType, ...]] = (
    ExtensionType(2, 'describer', 'text', 'SC-EXT-7'),
    ExtensionType(4, 'writer', 'text', 'SC-EXT-7'),
    ExtensionType(6, 'painter', 'text', 'SC-EXT-7'),
    ExtensionType(8, 'prompts', 'text', 'SC-EXT-7'),
    ExtensionType(10, 'k', 'count', 'SC-EXT-8'),
    ExtensionType(12, 'order', 'order', 'SC-EXT-9'),
    ExtensionType(14, 'seed', 'seed', 'SC-EXT-10'),
    ExtensionType(16, 'tool', 'text', 'SC-EXT-7'),
    ExtensionType(18, 'comment', 'comment', 'SC-EXT-11'),
)

RULES: Final[dict[str, Rule]] = {
    'SC-FRM-1': Rule(
        'malformed',
        '7',
        'A record has at least one byte.',
        'There is no record here: give at least one byte.',
        '',
        '',
        'auto',
    ),
    'SC-FRM-2': Rule(
        'malformed',
        '7.2',
        'Data that starts with `b5`, or is read as a file, starts with `b5 1a`.',
        'A file starts with the bytes B5 1A: check what was sent.',
        '',
        'b51b0811',
        'auto',
    ),
    'SC-FRM-3': Rule(
        'invalid',
        '7.1',
        'A file, and a text form, has KK > 0.',
        'A file or text form must carry a check: pack it with crc8, crc16 or crc32.',
        '',
        'b51a0011',
        'auto',
    ),
    'SC-SEQ-1': Rule(
        'malformed',
        '7.3',
        'An item of a sequence is at least one byte long.',
        'An item of the sequence is empty: leave it out.',
        '',
        '00020011',
        'sequence',
    ),
    'SC-SEQ-2': Rule(
        'malformed',
        '7.3',
        'An item of a sequence ends within the data.',
        'An item of the sequence is cut short: fetch the whole sequence again.',
        '',
        '030011',
        'sequence',
    ),
    'SC-TXT-1': Rule(
        'malformed',
        '7.4',
        'A text form starts with `semc:` or `SEMC:`.',
        'A text form starts with semc: or SEMC:, so this is none: check what was pasted.',
        '',
        '73656d632e',
        'url',
    ),
    'SC-TXT-2': Rule(
        'malformed',
        '7.4',
        'After its start, a text form has only characters of its alphabet.',
        'A character does not belong to the text form: paste it again without spaces and line ends.',
        '',
        '73656d633a4342482b',
        'auto',
    ),
    'SC-TXT-3': Rule(
        'malformed',
        '7.4',
        'A text form has a length that whole bytes give.',
        'The text form has lost or gained a character: paste all of it again.',
        '',
        '73656d633a4342476552',
        'auto',
    ),
    'SC-TXT-4': Rule(
        'invalid',
        '7.4',
        'The unused bits of the last character of a `url` form are 0.',
        'The last character carries bits that no byte needs: a transcription has changed it.',
        '',
        '73656d633a43424766',
        'auto',
    ),
    'SC-TXT-5': Rule(
        'malformed',
        '7.4',
        'A group of a `qr` form is at most 65535, or 255 if it is of two characters.',
        'A group of characters says more than its bytes can hold: scan the code again.',
        '',
        '53454d433a3a3a3a',
        'auto',
    ),
    'SC-PNG-1': Rule(
        'malformed',
        '7.5',
        'Data that starts with `89`, or is read as PNG, starts with the PNG signature.',
        'A PNG file starts with 89 50 4E 47 0D 0A 1A 0A: check what was sent.',
        '',
        '89504e470d0a0a',
        'auto',
    ),
    'SC-PNG-2': Rule(
        'malformed',
        '7.5',
        'Every chunk of a PNG file ends within the data, and the last one is `IEND`.',
        'The PNG file is cut short: fetch the whole picture again.',
        '',
        '89504e470d0a1a0a0000000273654d4300',
        'auto',
    ),
    'SC-PNG-3': Rule(
        'malformed',
        '7.5',
        'A PNG file that is read as a record has a chunk `seMC`.',
        'The picture carries no record: there is no seMC chunk in it.',
        '',
        '89504e470d0a1a0a0000000049454e44ae426082',
        'auto',
    ),
    'SC-PNG-4': Rule(
        'invalid',
        '7.5',
        'A PNG file has one chunk `seMC`.',
        'The picture carries two records: keep the seMC chunk that belongs to it.',
        '',
        '89504e470d0a1a0a0000000273654d4300111cb4b57a0000000273654d4300111cb4b57a0000000049454e44ae426082',
        'auto',
    ),
    'SC-PNG-5': Rule(
        'invalid',
        '7.5',
        'The CRC of the chunk `seMC` matches.',
        'The check of the seMC chunk does not match: bits have changed, fetch the picture again.',
        '',
        '89504e470d0a1a0a0000000273654d430011000000000000000049454e44ae426082',
        'auto',
    ),
    'SC-PNG-6': Rule(
        'invalid',
        '7.5',
        'The record in a PNG chunk has KK = 0.',
        'The record in a PNG chunk has a check of its own: the chunk has one already, drop it.',
        '',
        '',
        'auto',
    ),
    'SC-HDR-1': Rule(
        'unsupported',
        '5.1',
        'V is 0.',
        'This is no record, or one of a newer version: check the file or update semcodec.',
        '',
        '8011',
        'auto',
    ),
    'SC-HDR-2': Rule(
        'unsupported',
        '5.1',
        'CC is 0 or 3.',
        'This payload coding is not implemented: update semcodec.',
        '',
        '2011',
        'auto',
    ),
    'SC-HDR-3': Rule(
        'malformed',
        '5',
        'No field is cut by the end of the core.',
        'The header is cut short: fetch the whole record again.',
        '',
        '02',
        'auto',
    ),
    'SC-CHK-1': Rule(
        'malformed',
        '5.6',
        'The check has room after the first byte.',
        'There is no room for the check: fetch the whole record again.',
        '',
        '1000',
        'auto',
    ),
    'SC-CHK-2': Rule(
        'invalid',
        '5.6',
        'The check matches.',
        'The check does not match: this is no record, or bits have changed; fetch it again.',
        '',
        '081100',
        'auto',
    ),
    'SC-LEB-1': Rule(
        'malformed',
        '2.3',
        'An integer has at most 4 bytes.',
        'An integer is longer than 4 bytes: write at most 2^28-1.',
        '',
        '018181818101',
        'auto',
    ),
    'SC-LEB-2': Rule(
        'invalid',
        '2.3',
        'An integer is in its shortest form.',
        'An integer is not in its shortest form: drop the zero byte.',
        '',
        '01810011',
        'auto',
    ),
    'SC-SIZ-1': Rule(
        'unsupported',
        '5.2',
        'A size code is assigned.',
        'This size code is not assigned yet: update semcodec.',
        '',
        '027f11',
        'auto',
    ),
    'SC-SIZ-2': Rule(
        'invalid',
        '5.2',
        '1024 x 1024 is said by S = 0.',
        '1024 x 1024 is the size of no size field: leave the field out.',
        '',
        '020011',
        'auto',
    ),
    'SC-SIZ-3': Rule(
        'invalid',
        '5.2',
        'A size of the registry is said by its code.',
        'This size has a code of one byte: write the code.',
        '',
        '0280ff81ff11',
        'auto',
    ),
    'SC-SIZ-4': Rule(
        'invalid',
        '5.2',
        'A size in the 8-byte form has a side over 32768.',
        'A size up to 32768 takes the 4-byte form: write that one.',
        '',
        '02c00000000000000011',
        'auto',
    ),
    'SC-SIZ-5': Rule(
        'invalid',
        '5.2',
        'A side is at most 2^31-1.',
        'A width or height is over 2^31-1: write a smaller one.',
        '',
        '02ffffffff8000000011',
        'auto',
    ),
    'SC-MOD-1': Rule(
        'invalid',
        '5.3',
        'Of four ids one is not 0.',
        'Four model ids of 0 state nothing: leave the models field out.',
        '',
        '01000000000011',
        'auto',
    ),
    'SC-EXT-1': Rule(
        'malformed',
        '5.4',
        'The block ends within the core.',
        'The extension block runs past the end: fetch it again.',
        '',
        '04050c00',
        'auto',
    ),
    'SC-EXT-2': Rule(
        'invalid',
        '5.4',
        'The block is not empty.',
        'The extension block is empty: leave it out.',
        '',
        '040011',
        'auto',
    ),
    'SC-EXT-3': Rule(
        'malformed',
        '5.4',
        'The entries fill the block exactly.',
        'An extension runs past its block: correct its length.',
        '',
        '0402140511',
        'auto',
    ),
    'SC-EXT-4': Rule(
        'invalid',
        '5.4',
        'Types ascend strictly.',
        'Extension types must ascend: sort them and give each once.',
        '',
        '04041600140011',
        'auto',
    ),
    'SC-EXT-5': Rule(
        'invalid',
        '5.4',
        'No type is 0.',
        'Extension type 0 does not exist: use types from 1.',
        '',
        '0402000011',
        'auto',
    ),
    'SC-EXT-6': Rule(
        'unsupported',
        '5.4',
        'An odd type is known.',
        'A critical (odd) extension is unknown: update semcodec.',
        '',
        '0402010011',
        'auto',
    ),
    'SC-EXT-7': Rule(
        'invalid',
        '5.4',
        'A name is 1 to 255 bytes of UTF-8 without control characters.',
        'A name must be 1 to 255 bytes of UTF-8 without control characters: correct the name.',
        '',
        '0402020011',
        'auto',
    ),
    'SC-EXT-8': Rule(
        'invalid',
        '5.4',
        'A requested K is one leb28 from 1.',
        'The requested K must be one integer from 1: correct it.',
        '',
        '04030a010011',
        'auto',
    ),
    'SC-EXT-9': Rule(
        'invalid',
        '5.4',
        'A word order is the byte `01`.',
        'The word order must be the one byte 01, importance: correct it, or leave it out for reading order.',
        '',
        '04030c010011',
        'auto',
    ),
    'SC-EXT-10': Rule(
        'invalid',
        '5.4',
        'A seed is 1 to 4 bytes, and the first of several is not 0.',
        'A seed must be 1 to 4 bytes without leading zero bytes: correct it.',
        '',
        '04040e02000711',
        'auto',
    ),
    'SC-EXT-11': Rule(
        'invalid',
        '5.4',
        'A comment is 1 to 4096 bytes of UTF-8 without control characters.',
        'A comment must be 1 to 4096 bytes of UTF-8 without control characters: correct it.',
        '',
        '0402120011',
        'auto',
    ),
    'SC-NIB-1': Rule(
        'invalid',
        '6.1',
        'The text does not start with a space.',
        'The text starts with a space: drop it.',
        '',
        '0001',
        'auto',
    ),
    'SC-NIB-2': Rule(
        'invalid',
        '6.1',
        'The text has no two spaces in a row.',
        'The text has two spaces in a row: keep one.',
        '',
        '00100211',
        'auto',
    ),
    'SC-NIB-3': Rule(
        'invalid',
        '6.1',
        'The text does not end with a space.',
        'The text ends with a space: drop it.',
        '',
        '001100',
        'auto',
    ),
    'SC-UTF-1': Rule(
        'malformed',
        '6.2',
        'A `utf8` payload is UTF-8.',
        'The payload is not UTF-8: pack the text again.',
        '',
        '60ff',
        'auto',
    ),
    'SC-LIM-1': Rule(
        'unsupported',
        '9.3',
        "A core, or a text form, is within the reader's limit of bytes.",
        'The record is longer than max_bytes: raise the limit.',
        '',
        '',
        'auto',
    ),
    'SC-LIM-2': Rule(
        'unsupported',
        '9.3',
        "The words are within the reader's limit.",
        'The text has more than max_words words: raise the limit.',
        '',
        '',
        'auto',
    ),
    'SC-LIM-3': Rule(
        'unsupported',
        '9.3',
        "The extensions are within the reader's limit.",
        'There are more than max_extensions: raise the limit.',
        '',
        '',
        'auto',
    ),
    'SC-LIM-4': Rule(
        'unsupported',
        '9.3',
        "The chunks of a PNG file are within the reader's limit.",
        'The PNG file has more than max_chunks chunks: raise the limit.',
        '',
        '',
        'auto',
    ),
    'SC-LIM-5': Rule(
        'unsupported',
        '9.3',
        "The records of a sequence are within the reader's limit.",
        'The sequence has more than max_records records: raise the limit.',
        '',
        '',
        'auto',
    ),
    'SC-PRO-1': Rule(
        'profile',
        '11',
        '`tiny`: the framing is `bare`.',
        'Profile tiny takes bare records only: pack it bare.',
        'tiny',
        'b51a081151',
        'auto',
    ),
    'SC-PRO-2': Rule(
        'profile',
        '11',
        '`tiny`: KK is 0 or 1.',
        'Profile tiny has no check or crc8: pack it so.',
        'tiny',
        '101100',
        'auto',
    ),
    'SC-PRO-3': Rule(
        'profile',
        '11',
        '`tiny`: the size is 1024 x 1024 or has a code.',
        'Profile tiny takes 1024 x 1024 or a size with a code: choose one.',
        'tiny',
        '',
        'auto',
    ),
    'SC-PRO-4': Rule(
        'profile',
        '11',
        '`tiny`: models are a set.',
        'Profile tiny takes a set of models, no ids: choose a set.',
        'tiny',
        '',
        'auto',
    ),
    'SC-PRO-5': Rule(
        'profile',
        '11',
        '`tiny`: X is 0.',
        'Profile tiny has no extensions: leave them out.',
        'tiny',
        '',
        'auto',
    ),
    'SC-PRO-6': Rule(
        'profile',
        '11',
        '`file`: the framing is `file`.',
        'Profile file takes files only: pack it as a file.',
        'file',
        '00',
        'auto',
    ),
    'SC-PRO-7': Rule(
        'profile',
        '11',
        '`archive`: the framing is `file`.',
        'Profile archive takes files only: pack it as a file.',
        'archive',
        '00',
        'auto',
    ),
    'SC-PRO-8': Rule(
        'profile',
        '11',
        '`archive`: KK is 3.',
        'Profile archive needs crc32: pack it so.',
        'archive',
        '',
        'auto',
    ),
    'SC-PRO-9': Rule(
        'profile',
        '11',
        '`archive`: describer, writer, painter and prompt set are named (types 2, 4, 6, 8).',
        'Profile archive needs the names of describer, writer, painter and prompts: add them.',
        'archive',
        '',
        'auto',
    ),
    'SC-PRO-10': Rule(
        'profile',
        '11',
        '`archive`: the tool is named (type 16).',
        'Profile archive needs the name of the tool: add it.',
        'archive',
        '',
        'auto',
    ),
}
