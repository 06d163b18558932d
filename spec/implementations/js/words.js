// The codings `lexicon` and `bag` of SEMCODEC-1 (§6.5 to §6.7, Annex K), written from the text alone,
// for reader.js: words from payloads, and the one payload of words. It needs Node, no package, and
// lexicon-1.bin, which is looked for in the library or where SEMCODEC_LEXICON says. (CC0-1.0)
'use strict';

const MOST = { word: 63, lexicon: 512, bag: 256, spelled: 1024 };
const WIDE = 2 ** 40, SHORT = 2 ** 32, EVEN = 32768, NONE = 8193, RARE = 8192, DIM = 48;
const CHARACTERS = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789";
const WORD = /^[a-zA-Z0-9'-]{1,63}$/;
const CURVE = [32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
  63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
  65438, 65459, 65476, 65489, 65500, 65508, 65514];

let loaded = null;
function tables() {
  if (loaded) return loaded;
  const file = process.env.SEMCODEC_LEXICON
    || require('path').join(__dirname, '../../../semcodec/coding/data/lexicon-1.bin');
  const data = require('fs').readFileSync(file), t = {};
  let at = 0;
  const take = (n) => { at += n; return new Int8Array(data.buffer, data.byteOffset + at - n, n); };
  for (const [name, rows] of [['LAST', 8194], ['BEFORE', 8194], ['EARLIER', 8193], ['STATE', 8],
    ['DENSITY', 12], ['ROW', 8195]]) t[name] = take(rows * DIM);
  t.BIAS = take(8195);
  t.SETROW = take(16390 * DIM);
  t.SETBIAS = take(16390);
  t.HELPER = take(1024);
  t.LETTER = take(28 * 65 * 64);
  t.words = data.toString('latin1', at).split('\n');
  t.numbers = new Map(t.words.map((word, n) => [word, n]));
  if (t.words.length !== 65536 || t.numbers.size !== 65536) throw new Error(`${file}: not the tables`);
  loaded = t;
  return t;
}

// --- range coder (K.2): `decide` has one shape for both, a reader takes no heed of the bit it is given

class Reader {
  constructor(payload) {
    this.width = WIDE;
    this.offset = 0;
    this.payload = payload;
    this.left = payload.length;  // m of K.6
    this.at = 0;
    for (let i = 0; i < 5; i++) this.offset = 256 * this.offset + this.next();
  }

  // one that stands after the words of a writer, with `left` bytes in its offset and zeros to come
  static after(offset, width, left) {
    return Object.assign(new Reader([]), { offset, width, left });
  }

  next() { return this.at < this.payload.length ? this.payload[this.at++] : 0; }

  decide(chance) {
    const part = Math.floor(this.width / 65536) * chance, bit = this.offset < part ? 1 : 0;
    if (bit) this.width = part;
    else { this.offset -= part; this.width -= part; }
    while (this.width < SHORT) {
      this.width *= 256;
      this.offset = 256 * this.offset + this.next();
      this.left--;
    }
    return bit;
  }

  get unit() { return this.left < 5 ? 256 ** (5 - this.left) : 1; }
  get counts() { return this.offset + this.unit <= this.width; }
}

class Writer {
  constructor() { this.low = 0; this.width = WIDE; this.out = []; }

  decide(chance, bit) {
    const part = Math.floor(this.width / 65536) * chance;
    if (bit) this.width = part;
    else { this.low += part; this.width -= part; }
    while (this.width < SHORT) {
      this.width *= 256;
      this.low = carry(this.low, this.out);
      this.out.push(Math.floor(this.low / SHORT));
      this.low = 256 * (this.low % SHORT);
    }
    return bit;
  }

  // the bytes that are out and the first m of the 5 of v
  ended(v, m) {
    const out = [...this.out];
    v = carry(v, out);
    for (let i = 0; i < m; i++) out.push(Math.floor(v / 256 ** (4 - i)) % 256);
    return Buffer.from(out);
  }
}

function carry(number, out) {
  if (number < WIDE) return number;
  let i = out.length - 1;
  for (; out[i] === 255; i--) out[i] = 0;
  out[i]++;
  return number - WIDE;
}

const upTo = (low, unit) => Math.ceil(low / unit) * unit;

// --- chances and context (K.3, K.4)

function chance(evidence) {
  const e = Math.min(Math.abs(evidence), 511), i = e >> 4;
  const c = CURVE[i] + ((CURVE[i + 1] - CURVE[i]) * (e & 15) >> 4);
  return evidence < 0 ? 65536 - c : c;
}

function rowChance(rows, biases, row, context) {
  let evidence = 8 * biases[row];
  for (let i = 0, at = row * DIM; i < DIM; i++) evidence += rows[at + i] * context[i];
  return chance(evidence);
}

class Past {
  constructor() {
    this.sum = new Int32Array(DIM);
    this.count = 0;
    this.helpers = 0;
    this.helped = 0;  // the word before is a helper
    this.last = NONE;
    this.before = NONE;
  }

  add(number) {
    const t = tables(), row = number >= 0 && number < RARE ? number : RARE;
    for (let i = 0; i < DIM; i++) this.sum[i] += t.EARLIER[row * DIM + i];
    this.helped = row < RARE ? t.HELPER[row >> 3] >> (row & 7) & 1 : 0;
    this.helpers += this.helped;
    this.count++;
    this.before = this.last;
    this.last = row;
  }

  get state() {
    const j = this.count;
    if (j === 0) return 0;
    if (4 * this.helpers < j) return j < 2 ? 1 : j < 6 ? 2 : 3;
    if (this.helped) return 7;
    return j < 2 ? 4 : j < 8 ? 5 : 6;
  }

  // MEAN and these rows
  context(...rows) {
    const w = Math.floor(Math.sqrt(Math.floor(65536 / (this.count + 1))));
    const context = this.sum.map((s) => w * s >> 8);
    for (const [table, row] of rows) for (let i = 0; i < DIM; i++) context[i] += table[row * DIM + i];
    return context;
  }

  inOrder() {
    const t = tables();
    return this.context([t.LAST, this.last], [t.BEFORE, this.before], [t.STATE, this.state]);
  }
}

// --- words: { number, capital, text }; number is -1 of a spelled one

const numberOf = (text) => tables().numbers.get(text) ?? -1;

function asCoded(text) {
  let number = numberOf(text);
  if (number >= 0 || !/^[A-Z]/.test(text)) return { number, capital: 0, text };
  number = numberOf(text[0].toLowerCase() + text.slice(1));
  return { number, capital: number < 0 ? 0 : 1, text };
}

const kind = (code) => (code === 64 ? 27 : code % 32 < 26 ? code % 32 : 26);

// K.5; text: what a writer spells
function spell(coder, text = '') {
  const { LETTER } = tables();
  let said = '', p = 64, q = 27;
  for (let i = 0; i < MOST.word; i++) {
    const decide = (x, bit) => coder.decide(chance(8 * LETTER[(65 * q + p) * 64 + x]), bit);
    if (i > 0 && decide(0, i === text.length ? 1 : 0)) break;
    const code = CHARACTERS.indexOf(text[i]);
    let x = 1;
    for (let k = 5; k >= 0; k--) x = 2 * x + decide(x, code >> k & 1);
    q = kind(p);
    p = x - 64;
    said += CHARACTERS[p];
  }
  return said;
}

// one word of K.6; word: what a writer codes
function codeWord(coder, context, word = { number: 0, capital: 0, text: '' }) {
  const t = tables();
  const row = (r, bit) => coder.decide(rowChance(t.ROW, t.BIAS, r, context), bit);
  const n = word.number;
  let capital = 0, x = 1;
  if (row(0, n < 0 || word.capital ? 1 : 0)) {
    capital = coder.decide(EVEN, word.capital);
    if (!capital) return { number: -1, capital, text: spell(coder, word.text) };
  }
  if (!row(1, n < RARE ? 0 : 1)) {
    for (let k = 12; k >= 0; k--) x = 2 * x + row(x + 3, n >> k & 1);
    x -= RARE;
  } else {
    let bits = 13;
    if (row(2, n < 16384 ? 0 : 1)) bits = row(3, n < 32768 ? 0 : 1) ? 15 : 14;
    for (let k = bits - 1; k >= 0; k--) x = 2 * x + coder.decide(EVEN, n >> k & 1);
  }
  const text = t.words[x];
  return { number: x, capital, text: capital ? text[0].toUpperCase() + text.slice(1) : text };
}

// --- lexicon (K.6)

// the payload of these words, or null if they have none
function lexiconPayload(words) {
  fit(words, MOST.lexicon, asCoded);
  const writer = new Writer(), past = new Past();
  for (const word of words.map(asCoded)) {
    codeWord(writer, past.inOrder(), word);
    past.add(word.number);
  }
  const { low, width } = writer, context = past.inOrder();
  for (let m = 0; m <= 5; m++) {
    const unit = 256 ** (5 - m);
    let v = upTo(low, unit);
    for (let tries = 0; tries < 8 && v + unit <= low + width; tries++) {
      const reader = Reader.after(v - low, width, m);
      if (words.length < MOST.lexicon) codeWord(reader, context);
      if (words.length === MOST.lexicon || !reader.counts) return writer.ended(v, m);
      v += unit * Math.floor((reader.width - reader.offset) / reader.unit);
    }
  }
  return null;
}

// words; refuse(rule) does not return
function lexiconWords(payload, refuse) {
  const reader = new Reader(payload), past = new Past(), words = [];
  for (let spelled = 0; words.length < MOST.lexicon;) {
    const word = codeWord(reader, past.inOrder());
    if (!reader.counts) break;
    if (word.number < 0) spelled += word.text.length;
    if (spelled > MOST.spelled) refuse('SC-LEX-3');
    past.add(word.number);
    words.push(word);
  }
  const texts = words.map((word) => word.text);
  if (words.some((word) => word.number < 0 && asCoded(word.text).number >= 0)) refuse('SC-LEX-2');
  const right = lexiconPayload(texts);
  if (!right || !right.equals(payload)) refuse('SC-LEX-1');
  return texts;
}

// --- bag (K.7)

const asInBag = (text) => ({ number: numberOf(text), text });

function density(length) {
  if (length === 1) return 0;
  const a = 31 - Math.clz32(length);
  return Math.min(11, 2 * a + (length >> (a - 1) & 1));
}

// set: what a writer codes, { numbers, spelled }, in order; word(number, text) takes what is said
function codeSet(coder, thick, word, set = { numbers: [], spelled: [] }) {
  const t = tables(), past = new Past();
  let context = past.context([t.DENSITY, thick]);
  const read = (number) => {
    word(number, t.words[number]);
    past.add(number);
    context = past.context([t.DENSITY, thick]);
  };
  const learned = (r) => [r, 8195 + r].map((row) => rowChance(t.SETROW, t.SETBIAS, row, context));
  const fixed = [33026, 1032];
  // a fork over two lists, which are those of a writer; then what follows on each side
  const fork = ([one, two], left, right, onLeft, onRight) => {
    const first = coder.decide(one, left.length ? 1 : 0);
    const second = first ? coder.decide(two, right.length ? 1 : 0) : 1;
    if (first) onLeft(left);
    if (second) onRight(right);
  };
  const split = (chances, list, edge, ...sides) =>
    fork(chances, list.filter((n) => n < edge), list.filter((n) => n >= edge), ...sides);
  const tree = (x, levels, chances, less) => (list) => {
    if (!levels) read(x - less);
    else split(chances(x), list, ((2 * x + 1) << (levels - 1)) - less,
      tree(2 * x, levels - 1, chances, less), tree(2 * x + 1, levels - 1, chances, less));
  };
  const rest = (bits) => tree(1, bits, () => fixed, 0);
  const listed = (list) => split(learned(1), list, RARE, tree(1, 13, (x) => learned(x + 3), RARE),
    (others) => split(learned(2), others, 16384, rest(13),
      (far) => split(learned(3), far, 32768, rest(14), rest(15))));
  const spelled = (texts) => {
    for (let i = 0, more = 1; more; i++) {
      word(-1, spell(coder, texts[i]));
      more = coder.decide(EVEN, i + 1 < texts.length ? 1 : 0);
    }
  };
  fork(learned(0), set.numbers, set.spelled, listed, spelled);
}

// the payload of this set, or null if it has none
function bagPayload(words) {
  fit(words, MOST.bag, asInBag);
  if (new Set(words).size !== words.length) throw new Error('a word stands twice');
  if (!words.length) return Buffer.alloc(0);
  const coded = words.map(asInBag);
  const numbers = coded.map((word) => word.number).filter((n) => n >= 0).sort((a, b) => a - b);
  const spelled = coded.filter((word) => word.number < 0).map((word) => word.text).sort();
  const near = density(Math.floor((19 * words.length + 15) / 16));
  for (let thick = Math.max(0, near - 1); thick < 12; thick++) {
    let least = 1;
    while (least <= 48 && density(least) !== thick) least++;
    if (least > 48) continue;  // out of 0 to 11; also 1, which no length has
    const writer = new Writer();
    codeSet(writer, thick, () => {}, { numbers, spelled });
    let m = 0;
    while (upTo(writer.low, 256 ** (5 - m)) >= writer.low + writer.width) m++;
    let out = writer.ended(upTo(writer.low, 256 ** (5 - m)), m), length = out.length;
    while (length && out[length - 1] === 0) length--;
    out = Buffer.concat([out.subarray(0, length), Buffer.alloc(Math.max(0, least - length))]);
    if (density(out.length) === thick) return out;
  }
  return null;
}

// words; refuse(rule) does not return
function bagWords(payload, refuse) {
  if (!payload.length) return [];
  const texts = [];
  let spelled = 0;
  codeSet(new Reader(payload), density(payload.length), (number, text) => {
    if (number < 0) spelled += text.length;
    if (spelled > MOST.spelled) refuse('SC-LEX-3');
    if (texts.length === MOST.bag) refuse('SC-BAG-2');
    texts.push(text);
  });
  if (new Set(texts).size !== texts.length) refuse('SC-BAG-1');
  const right = bagPayload(texts);
  if (!right || !right.equals(payload)) refuse('SC-BAG-1');
  return texts;
}

// what a writer can be given (§6.5, §6.6)
function fit(words, most, coded) {
  let spelled = 0;
  for (const word of words) {
    if (!WORD.test(word)) throw new Error(`no word of this coding: ${word}`);
    if (coded(word).number < 0) spelled += word.length;
  }
  if (words.length > most) throw new Error(`more than ${most} words`);
  if (spelled > MOST.spelled) throw new Error(`more than ${MOST.spelled} characters to spell`);
}

module.exports = { lexiconWords, bagWords, lexiconPayload, bagPayload };
