# SEMCODEC-1 as a Kaitai Struct declaration: the layout of a bare record and of a file, and the rules
# that a declaration can express. SEMCODEC-1.md is normative where the two differ.
#
# A field without a doc-ref belongs to the clause of its type. The compiled Python module has the name
# of the library, semcodec: keep it in a package of your own.
#
# This file is in the public domain (CC0-1.0).
meta:
  id: semcodec
  title: SEMCODEC-1, images that travel as words
  application: semcodec
  file-extension: semc
  license: CC0-1.0
  ks-version: '0.11'
  encoding: UTF-8
  endian: be
  bit-endian: be

doc: |
  A record describes an image in words: a text, the size of the image to paint, and labels of the
  models that made it. This type parses the bytes of a bare record or of a file. Other framings
  (sequence, URL, QR code, PNG chunk) contain a core: extract it, and parse it as the type `core`.

  Data that parses obeys every rule of the format except these, which the caller has to check:

  * SC-CHK-2: `core.check_value` is the check of `core.covered`. Kaitai Struct has no CRC.
  * SC-SIZ-3: an explicit size is not one that has a code; see the names of `size_code`.
  * SC-EXT-7, SC-EXT-11: names and comments are UTF-8 without U+0000-001F and U+007F-009F.
  * SC-UTF-1: a `utf8` payload is UTF-8. All text is left as bytes, because some runtimes replace
    ill-formed sequences and drop a byte order mark.
  * SC-LEX-1, SC-LEX-2, SC-LEX-3, SC-BAG-1, SC-BAG-2: coded words are left as bytes. A
    program without the tables of Annex K rejects these two codings by SC-HDR-2.
  * SC-LIM-1, SC-LIM-2, SC-LIM-3: the decoder's limits.
  * SC-TXT, SC-SEQ and SC-PNG: the other framings.

  Empty data (SC-FRM-1) and a truncated field (SC-HDR-3) raise an error of the stream.
  A failed `valid` means that a rule is broken, but not that the verdict is "invalid": for an
  unknown size code or critical extension, or another version, it is "unsupported".
doc-ref: SEMCODEC-1.md

seq:
  - id: magic
    contents: [0xb5, 0x1a]
    if: is_file
    doc: A bare record cannot start with these bytes. SC-FRM-2.
    doc-ref: SEMCODEC-1 §7.2
  - id: core
    type: core(is_file)
    size-eos: true
    doc: The rest of the data. The check covers it from its first byte.
    doc-ref: SEMCODEC-1 §5
instances:
  is_file:
    value: first_byte == 0xb5
    doc: Whether the data is a file; otherwise it is a bare record.
    doc-ref: SEMCODEC-1 §7.2
  first_byte:
    pos: 0
    type: u1
    doc: Distinguishes the framings. SC-FRM-1.
    doc-ref: SEMCODEC-1 §7

types:
  core:
    doc: One record without its framing, from its first byte to the end of its stream.
    doc-ref: SEMCODEC-1 §5
    params:
      - id: must_have_check
        type: bool
        doc: Whether the framing requires a check. SC-FRM-3.
        doc-ref: SEMCODEC-1 §7.1
    seq:
      - id: escape
        type: b1
        valid: false
        doc: V. 0 is version 1; 1 is another version, which defines the rest. SC-HDR-1.
        doc-ref: SEMCODEC-1 §5.1
      - id: coding
        type: b2
        enum: coding
        doc: CC. The coding of the payload.
        doc-ref: SEMCODEC-1 §6
      - id: check
        type: b2
        enum: check
        valid:
          expr: (_ != check::none or not must_have_check) and len_check < _io.size
        doc: KK. The check at the end of the core. SC-FRM-3; SC-CHK-1, there is room for it.
        doc-ref: SEMCODEC-1 §5.6
      - id: has_extensions
        type: b1
        doc: X. An extension block follows.
        doc-ref: SEMCODEC-1 §5.1
      - id: has_size
        type: b1
        doc: S. A size follows; otherwise it is 1024 x 1024.
        doc-ref: SEMCODEC-1 §5.1
      - id: has_models
        type: b1
        doc: M. A models field follows; otherwise the models are unspecified.
        doc-ref: SEMCODEC-1 §5.1
      - id: body
        type: body
        size: _io.size - 1 - len_check
        doc: Everything between the first byte and the check. No field extends into the check (SC-HDR-3).
        doc-ref: SEMCODEC-1 §5
      - id: check_value
        size: len_check
        doc: The check of `covered`, big endian. The caller checks SC-CHK-2.
        doc-ref: SEMCODEC-1 §5.6
    instances:
      len_check:
        value: 'check == check::crc32 ? 4 : check.to_i'
        doc: 0, 1, 2 or 4 bytes.
        doc-ref: SEMCODEC-1 §5.6
      covered:
        pos: 0
        size: _io.size - len_check
        doc: The bytes that the check covers, from the first byte to the end of the payload.
        doc-ref: SEMCODEC-1 §5.6

  body:
    doc: The fields that the first byte states, and the payload, whose length is not stored.
    doc-ref: SEMCODEC-1 §5
    seq:
      - id: size
        type: size
        if: _parent.has_size
        doc: Size of the image to paint.
        doc-ref: SEMCODEC-1 §5.2
      - id: models
        type: models
        if: _parent.has_models
        doc: The models that made the record.
        doc-ref: SEMCODEC-1 §5.3
      - id: extensions
        type: 'extension_block(_parent.coding == coding::bag)'
        if: _parent.has_extensions
        doc: The extension block.
        doc-ref: SEMCODEC-1 §5.4
      - id: payload
        size-eos: true
        type:
          switch-on: _parent.coding
          cases:
            coding::nibble: nibble_text
            coding::utf8: utf8_text
            coding::lexicon: coded_words
            coding::bag: coded_words
        doc: The text, in the remaining bytes.
        doc-ref: SEMCODEC-1 §5.5

  size:
    doc: |
      Width and height in 1, 4 or 8 bytes. The first bits distinguish the forms: `0` a code, `10` two
      sides of 15 bits, `11` two sides of 31 bits. Each side is stored minus one.
    doc-ref: SEMCODEC-1 §5.2
    seq:
      - id: is_explicit
        type: b1
        doc: Whether the size is two sides, not a code.
      - id: code
        type: b7
        enum: size_code
        if: not is_explicit
        valid:
          in-enum: true
        doc: A size of the registry. SC-SIZ-1, and SC-SIZ-2 for code 0.
      - id: is_long
        type: b1
        if: is_explicit
        doc: Whether the sides have 31 bits, not 15.
      - id: short_width
        type: b15
        if: is_explicit and not is_long
        doc: In pixels, minus one.
      - id: short_height
        type: b15
        if: is_explicit and not is_long
        valid:
          expr: not (short_width == 1023 and _ == 1023)
        doc: 1024 x 1024 is encoded as no size field. SC-SIZ-2; the caller checks SC-SIZ-3.
      - id: long_width
        type: b31
        if: is_explicit and is_long
        valid:
          max: 0x7fff_fffe
        doc: SC-SIZ-5.
      - id: long_height
        type: b31
        if: is_explicit and is_long
        valid:
          expr: _ <= 0x7fff_fffe and (_ > 32767 or long_width > 32767)
        doc: SC-SIZ-5, and SC-SIZ-4, one side does not fit the shorter form.
    instances:
      width:
        value: '(is_long ? long_width : short_width) + 1'
        if: is_explicit
        doc: In pixels; for a code, see the registry.
      height:
        value: '(is_long ? long_height : short_height) + 1'
        if: is_explicit
        doc: In pixels.

  models:
    doc: |
      The models that made the record: a row of the registry of sets, or four ids, of which 0 is
      unspecified. Ids and rows are labels; one that is not in the registry is not an error.
    doc-ref: SEMCODEC-1 §5.3
    seq:
      - id: set
        type: leb128
        doc: A row of the registry; 0 if four ids follow.
      - id: describer
        type: leb128
        if: not is_row
        doc: Id of the describer.
      - id: writer
        type: leb128
        if: not is_row
        doc: Id of the writer, which selected and shortened the words.
      - id: painter
        type: leb128
        if: not is_row
        doc: Id of the intended painter.
      - id: prompts
        type: leb128
        if: not is_row
        valid:
          expr: describer.value + writer.value + painter.value + _.value > 0
        doc: Id of the prompt set. SC-MOD-1, not all four ids are 0.
    instances:
      is_row:
        value: set.value != 0
        doc: Whether the models are a row of the registry.
      name:
        value: set.value
        enum: model_set
        if: is_row
        doc: The name of the set, if it is in the registry.

  extension_block:
    doc: The extension block.
    doc-ref: SEMCODEC-1 §5.4
    params:
      - id: is_bag
        type: bool
        doc: Whether the coding is `bag`, whose words have no order.
    seq:
      - id: len_entries
        type: leb128
        valid:
          expr: _.value > 0
        doc: Bytes of all entries. SC-EXT-2, the block is not empty.
      - id: entries
        type: extension_entries(is_bag)
        size: len_entries.value
        doc: SC-EXT-1, the block ends within the core; SC-EXT-3, the entries fill it exactly.

  extension_entries:
    doc: All entries of a block, in ascending order of their types.
    doc-ref: SEMCODEC-1 §5.4
    params:
      - id: is_bag
        type: bool
        doc: Whether the coding is `bag`.
    seq:
      - id: entries
        type: 'extension_entry(_index == 0 ? 0 : entries[_index - 1].type.value, is_bag)'
        repeat: eos
        doc: The parameter is the type of the previous entry, or 0.

  extension_entry:
    doc: One entry. A decoder may skip an unknown even type.
    doc-ref: SEMCODEC-1 §5.4
    params:
      - id: previous
        type: u4
        doc: Type of the previous entry, or 0.
      - id: is_bag
        type: bool
        doc: Whether the coding is `bag`.
    seq:
      - id: type
        type: leb128
        valid:
          expr: _.value > previous and _.value % 2 == 0
        doc: SC-EXT-4, types ascend; SC-EXT-5, not 0; SC-EXT-6, no odd type is assigned.
      - id: len_value
        type: leb128
        doc: In bytes.
      - id: value
        size: len_value.value
        type:
          switch-on: kind
          cases:
            extension::describer_name: short_text
            extension::writer_name: short_text
            extension::painter_name: short_text
            extension::prompts_name: short_text
            extension::k: count
            extension::order: word_order(is_bag)
            extension::seed: seed
            extension::tool: short_text
            extension::comment: comment
            extension::layout: layout
            extension::colors: color_layer
            extension::sketch: sketch
        doc: Bytes, for a type that is not in the registry.
    instances:
      kind:
        value: type.value
        enum: extension
        doc: The name of the type, if it is in the registry.

  short_text:
    doc: A name. SC-EXT-7; the caller checks UTF-8 and control characters.
    doc-ref: SEMCODEC-1 §5.4
    seq:
      - id: utf8
        size-eos: true
        valid:
          expr: _.length >= 1 and _.length <= 255
        doc: 1 to 255 bytes.

  comment:
    doc: A comment. SC-EXT-11; the caller checks UTF-8 and control characters.
    doc-ref: SEMCODEC-1 §5.4
    seq:
      - id: utf8
        size-eos: true
        valid:
          expr: _.length >= 1 and _.length <= 4096
        doc: 1 to 4096 bytes.

  count:
    doc: The number of requested words. SC-EXT-8.
    doc-ref: SEMCODEC-1 §5.4
    seq:
      - id: number
        type: leb128
        valid:
          expr: _.value >= 1 and _io.eof
        doc: At least 1, and nothing follows.

  word_order:
    doc: The order of the words; without it, reading order. SC-EXT-9.
    doc-ref: SEMCODEC-1 §5.4
    params:
      - id: is_bag
        type: bool
        doc: Whether the coding is `bag`, whose words have no order. SC-EXT-12.
    seq:
      - id: order
        type: u1
        valid:
          expr: _ == 1 and _io.eof and not is_bag
        doc: 1 means that words are in order of importance.

  seed:
    doc: The painter's seed, from 0 to 2^32-1. SC-EXT-10.
    doc-ref: SEMCODEC-1 §5.4
    seq:
      - id: number
        size-eos: true
        valid:
          expr: _.length >= 1 and _.length <= 4 and (_.length == 1 or _[0] != 0)
        doc: Big endian, in as few bytes as possible, but at least one.

  layout:
    doc: |
      Boxes for words. Groups follow each other while 29 bits are left; up to 7 bits of padding follow.
      SC-EXT-13.
    doc-ref: SEMCODEC-1 §5.8
    seq:
      - id: groups
        type: >-
          layout_group(_index == 0 ? 0 : groups[_index - 1].end_bit,
          _index == 0 ? -1 : groups[_index - 1].word.as<s4>,
          _index == 0 ? 0 : groups[_index - 1].num_all_boxes)
        repeat: until
        repeat-until: 8 * _io.size - _.end_bit < 29
        doc: One for each word.
      - id: padding
        type: b1
        repeat: expr
        repeat-expr: 8 * _io.size - groups[groups.size - 1].end_bit
        valid:
          expr: not _ and _index < 7
        doc: At most 7 bits, all 0.

  layout_group:
    doc: The boxes of one word.
    doc-ref: SEMCODEC-1 §5.8
    params:
      - id: start_bit
        type: s4
        doc: Bits of all previous groups.
      - id: previous_word
        type: s4
        doc: Word of the previous group, or -1.
      - id: num_previous_boxes
        type: s4
        doc: Boxes of all previous groups.
    seq:
      - id: word
        type: b6
        valid:
          expr: _.as<s4> > previous_word
        doc: Index of the word in the record; words ascend.
      - id: num_boxes_less_one
        type: b3
        valid:
          expr: num_previous_boxes + _.as<s4> + 1 <= 16
        doc: At most 16 boxes in all groups.
      - id: edges
        type: b5
        repeat: expr
        repeat-expr: 4 * num_boxes
        valid:
          expr: >-
            (_index % 4 < 2 or _ >= edges[_index - 2])
            and (_index < 7 or _index % 4 < 3 or
            (edges[_index - 7] << 15) + (edges[_index - 6] << 10) + (edges[_index - 5] << 5) + edges[_index - 4] <
            (edges[_index - 3] << 15) + (edges[_index - 2] << 10) + (edges[_index - 1] << 5) + _)
        doc: |
          For each box left, top, right minus one and bottom minus one, in 32nds of the width or the
          height. No box is empty, and the boxes ascend.
    instances:
      num_boxes:
        value: num_boxes_less_one.as<s4> + 1
        doc: At least 1.
      num_all_boxes:
        value: num_previous_boxes + num_boxes
        doc: Boxes of all groups so far.
      end_bit:
        value: start_bit + 9 + 20 * num_boxes
        doc: Bits of all groups so far.

  color_layer:
    doc: |
      The colors of the picture, coarse to fine. SC-EXT-14. Their bits are range coded under frozen
      chances (COLORS-1), so a declaration cannot read them.
    doc-ref: SEMCODEC-1 §5.8
    seq:
      - id: bits
        size-eos: true
        valid:
          expr: _.length >= 1 and _.length <= 512
        doc: 1 to 512 bytes.

  sketch:
    doc: The edges of the picture. SC-EXT-15.
    doc-ref: SEMCODEC-1 §5.8
    seq:
      - id: grid
        type: u1
        valid:
          any-of: [32, 48, 64, 96]
        doc: Cells along the longer side of the picture.
      - id: map
        size-eos: true
        valid:
          expr: _.length >= 1 and _.length <= 511
        doc: 1 to 511 bytes.

  nibble_text:
    doc: |
      A text over sixteen symbols, the first in the high half of the first byte. A space at the end
      is padding of the last byte, and not part of the text.
    doc-ref: SEMCODEC-1 §6.1
    seq:
      - id: symbols
        type: b4
        enum: symbol
        repeat: eos
        valid:
          expr: _ != symbol::space or (_index > 0 and symbols[_index - 1] != symbol::space)
        doc: No space at the start (SC-NIB-1), and no two in a row (SC-NIB-2, SC-NIB-3).

  utf8_text:
    doc: Any text. The caller checks SC-UTF-1.
    doc-ref: SEMCODEC-1 §6.2
    seq:
      - id: utf8
        size-eos: true
        doc: It may be empty.

  coded_words:
    doc: |
      Words, range coded with the tables of Annex K. Kaitai Struct has neither, so the caller decodes
      the words and checks their rules.
    doc-ref: SEMCODEC-1 §6.5
    seq:
      - id: coded
        size-eos: true
        doc: Empty if there are no words.

  leb128:
    doc: |
      LEB128 of at most 4 bytes: an integer from 0 to 2^28-1, seven bits per byte, lowest first, in as
      few bytes as possible. 1 is `01`, 300 is `ac 02`, and `81 00` is not a valid encoding.
    doc-ref: SEMCODEC-1 §2.3
    seq:
      - id: groups
        type: leb128_group(_index)
        repeat: until
        repeat-until: not _.has_next
        doc: One for each byte.
    instances:
      value:
        value: >-
          groups[0].bits
          + (groups.size > 1 ? groups[1].bits << 7 : 0)
          + (groups.size > 2 ? groups[2].bits << 14 : 0)
          + (groups.size > 3 ? groups[3].bits << 21 : 0)
        doc: The integer.

  leb128_group:
    doc: One byte of an integer.
    doc-ref: SEMCODEC-1 §2.3
    params:
      - id: index
        type: u1
        doc: 0 for the lowest seven bits, to 3.
    seq:
      - id: has_next
        type: b1
        valid:
          expr: not _ or index < 3
        doc: Another byte follows. SC-LEB-1, at most four.
      - id: bits
        type: b7
        valid:
          expr: _ != 0 or has_next or index == 0
        doc: SC-LEB-2, the last of several bytes is not 0.

# BEGIN GENERATED enums
enums:
  coding:
    0: nibble
    1: lexicon
    2: bag
    3: utf8
  check:
    0: none
    1: crc8
    2: crc16
    3: crc32
  extension:
    2: describer_name
    4: writer_name
    6: painter_name
    8: prompts_name
    10: k
    12: order
    14: seed
    16: tool
    18: comment
    20: layout
    22: colors
    24: sketch
  size_code:
    1: s512x512
    2: s768x768
    3: s768x512
    4: s512x768
    5: s1152x896
    6: s896x1152
    7: s1216x832
    8: s832x1216
    9: s1344x768
    10: s768x1344
    11: s1536x640
    12: s640x1536
    13: s1920x1080
    14: s1280x720
    15: s256x256
    16: s3840x2160
    17: s2048x2048
    18: s2048x1365
    19: s640x480
    20: s4032x3024
    21: s1152x864
    22: s864x1152
    23: s1248x832
    24: s832x1248
    25: s720x1280
    26: s1408x704
    27: s704x1408
    28: s1120x896
    29: s896x1120
    30: s1568x672
    31: s672x1568
    32: s1280x800
    33: s800x1280
    34: s1216x864
    35: s864x1216
    36: s1536x704
    37: s704x1536
    38: s1392x752
    39: s752x1392
    40: s1088x960
    41: s960x1088
  model_set:
    0: unspecified_set
    1: openai_set
    2: local_set
    3: embedded_set
# END GENERATED enums
  symbol:  # §6.1
    0x0: space
    0x1: n
    0x2: t
    0x3: s
    0x4: r
    0x5: h
    0x6: l
    0x7: d
    0x8: c
    0x9: m
    0xa: f
    0xb: g
    0xc: p
    0xd: b
    0xe: k
    0xf: v
