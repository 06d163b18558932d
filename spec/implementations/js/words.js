// The codings `lexicon` and `bag` of SEMCODEC-1 (§6.5 to §6.7, Annex K) for reader.js, written from the
// specification alone: words from payloads, and the canonical payload of words. It needs Node, no
// packages, and lexicon-1.bin.gz, from the library or from the path in SEMCODEC_LEXICON. (CC0-1.0)
//
// A decoded payload is encoded again and compared, since only the canonical payload is valid.
'use strict';

const MAX = { wordLetters: 63, lexiconWords: 512, bagWords: 256, escapedLetters: 1024 };
const MAX_WIDTH = 2 ** 40, MIN_WIDTH = 2 ** 32;  // of the interval (K.2)
const HALF = 32768;  // a probability of one half, in 65536ths
const BITS = 14, RARE = 16384, NO_WORD = 16385;  // of frequent words; rows for rare words and for no word
const DIM = 48;  // numbers in a row
const SET_ROWS = 16386;  // rows of the first flags of a set; the row after them is that of capital forms
const ALPHABET = "abcdefghijklmnopqrstuvwxyz'-0123ABCDEFGHIJKLMNOPQRSTUVWXYZ456789";
const WORD = /^[a-zA-Z0-9'-]{1,63}$/;
const LOGISTIC_TABLE = [32768, 36843, 40793, 44511, 47911, 50941, 53581, 55834, 57724, 59287, 60565, 61598, 62428,
  63090, 63615, 64030, 64357, 64614, 64816, 64974, 65097, 65194, 65269, 65328, 65374, 65410,
  65438, 65459, 65476, 65489, 65500, 65508, 65514];

const file = process.env.SEMCODEC_LEXICON
  ?? require('path').join(__dirname, '../../tables/lexicon-1.bin.gz');
const haveTables = () => require('fs').existsSync(file);

let loaded = null;
function tables() {
  if (loaded) return loaded;
  const data = require('zlib').gunzipSync(require('fs').readFileSync(file)), t = {};
  let offset = 0;
  const read = (n) => { offset += n; return new Int8Array(data.buffer, data.byteOffset + offset - n, n); };
  for (const [name, rows] of [['LAST', 16386], ['BEFORE', 16386], ['EARLIER', 16385], ['STATE', 7],
    ['DENSITY', 10], ['ROW', 16387]]) t[name] = read(rows * DIM);
  t.BIAS = read(16387);
  t.SETROW = read(32772 * DIM);
  t.SETBIAS = read(32772);
  t.HELPER = read(2048);
  t.LETTER = read(28 * 65 * 64);
  t.words = data.toString('latin1', offset).split('\n');
  t.numbers = new Map(t.words.map((word, n) => [word, n]));
  if (t.words.length !== 65536 || t.numbers.size !== 65536) throw new Error(`${file}: not the tables`);
  loaded = t;
  return t;
}

// --- range coder (K.2): encoder and decoder have the same method codeBit(p1, bit), which returns the bit;
// a decoder ignores its argument `bit`. So every traversal below is written once for both directions.

class RangeDecoder {
  constructor(payload) {
    this.width = MAX_WIDTH;
    this.offset = 0;
    this.payload = payload;
    this.bytesLeft = payload.length;  // m of K.6
    this.position = 0;
    for (let i = 0; i < 5; i++) this.offset = 256 * this.offset + this.next();
  }

  // a decoder in the middle of a payload with `bytesLeft` bytes left, after which zeros are read
  static atOffset(offset, width, bytesLeft) {
    return Object.assign(new RangeDecoder([]), { offset, width, bytesLeft });
  }

  next() { return this.position < this.payload.length ? this.payload[this.position++] : 0; }

  codeBit(p1) {
    const ones = Math.floor(this.width / 65536) * p1, bit = this.offset < ones ? 1 : 0;
    if (bit) this.width = ones;
    else { this.offset -= ones; this.width -= ones; }
    while (this.width < MIN_WIDTH) {
      this.width *= 256;
      this.offset = 256 * this.offset + this.next();
      this.bytesLeft--;
    }
    return bit;
  }

  get ulp() { return this.bytesLeft < 5 ? 256 ** (5 - this.bytesLeft) : 1; }
  // whether the payload determines all bits so far, whatever bytes might follow it
  get isDetermined() { return this.offset + this.ulp <= this.width; }
}

class RangeEncoder {
  constructor() { this.low = 0; this.width = MAX_WIDTH; this.out = []; }

  codeBit(p1, bit) {
    const ones = Math.floor(this.width / 65536) * p1;
    if (bit) this.width = ones;
    else { this.low += ones; this.width -= ones; }
    while (this.width < MIN_WIDTH) {
      this.width *= 256;
      this.low = carry(this.low, this.out);
      this.out.push(Math.floor(this.low / MIN_WIDTH));
      this.low = 256 * (this.low % MIN_WIDTH);
    }
    return bit;
  }

  // the bytes written so far, then the first m of the five bytes of v
  finish(v, m) {
    const out = [...this.out];
    v = carry(v, out);
    for (let i = 0; i < m; i++) out.push(Math.floor(v / 256 ** (4 - i)) % 256);
    return Buffer.from(out);
  }
}

function carry(number, out) {
  if (number < MAX_WIDTH) return number;
  let i = out.length - 1;
  for (; out[i] === 255; i--) out[i] = 0;
  out[i]++;
  return number - MAX_WIDTH;
}

const roundUp = (low, unit) => Math.ceil(low / unit) * unit;

// --- probabilities and context (K.3, K.4)

function logistic(evidence) {
  const e = Math.min(Math.abs(evidence), 511), i = e >> 4;
  const c = LOGISTIC_TABLE[i] + ((LOGISTIC_TABLE[i + 1] - LOGISTIC_TABLE[i]) * (e & 15) >> 4);
  return evidence < 0 ? 65536 - c : c;
}

function probability(rows, biases, row, context) {
  let evidence = 8 * biases[row];
  for (let i = 0, at = row * DIM; i < DIM; i++) evidence += rows[at + i] * context[i];
  return logistic(evidence);
}

class Context {
  constructor() {
    this.sum = new Int32Array(DIM);
    this.count = 0;
    this.functionWords = 0;
    this.afterFunctionWord = 0;
    this.prev = NO_WORD;
    this.prev2 = NO_WORD;
  }

  add(number) {
    const t = tables(), row = number >= 0 && number < RARE ? number : RARE;
    for (let i = 0; i < DIM; i++) this.sum[i] += t.EARLIER[row * DIM + i];
    this.afterFunctionWord = row < RARE ? t.HELPER[row >> 3] >> (row & 7) & 1 : 0;
    this.functionWords += this.afterFunctionWord;
    this.count++;
    this.prev2 = this.prev;
    this.prev = row;
  }

  get state() {
    const j = this.count;
    if (j === 0) return 0;
    if (4 * this.functionWords < j) return j < 2 ? 1 : j < 6 ? 2 : 3;
    if (this.afterFunctionWord) return 6;
    return j < 8 ? 4 : 5;
  }

  // MEAN plus the given rows
  features(...rows) {
    const w = Math.floor(Math.sqrt(Math.floor(65536 / (this.count + 1))));
    const features = this.sum.map((s) => w * s >> 8);
    for (const [table, row] of rows) for (let i = 0; i < DIM; i++) features[i] += table[row * DIM + i];
    return features;
  }

  ofNextWord() {
    const t = tables();
    return this.features([t.LAST, this.prev], [t.BEFORE, this.prev2], [t.STATE, this.state]);
  }
}

// --- words: { number, capital, text }; number is -1 for escaped words

const numberOf = (text) => tables().numbers.get(text) ?? -1;

function toWord(text) {
  let number = numberOf(text);
  if (number >= 0 || !/^[A-Z]/.test(text)) return { number, capital: 0, text };
  number = numberOf(text[0].toLowerCase() + text.slice(1));
  return { number, capital: number < 0 ? 0 : 1, text };
}

const letterClass = (code) => (code === 64 ? 27 : code % 32 < 26 ? code % 32 : 26);

// codes and returns the letters of an escaped word (K.5); only an encoder uses `text`
function codeLetters(coder, text = '') {
  const { LETTER } = tables();
  let letters = '', p = 64, q = 27;
  for (let i = 0; i < MAX.wordLetters; i++) {
    const codeBit = (x, bit) => coder.codeBit(logistic(8 * LETTER[(65 * q + p) * 64 + x]), bit);
    if (i > 0 && codeBit(0, i === text.length ? 1 : 0)) break;
    const code = ALPHABET.indexOf(text[i]);
    let x = 1;
    for (let k = 5; k >= 0; k--) x = 2 * x + codeBit(x, code >> k & 1);
    q = letterClass(p);
    p = x - 64;
    letters += ALPHABET[p];
  }
  return letters;
}

// codes and returns one word (K.6); only an encoder uses `word`
function codeWord(coder, features, word = { number: 0, capital: 0, text: '' }) {
  const t = tables();
  const row = (r, bit) => coder.codeBit(probability(t.ROW, t.BIAS, r, features), bit);
  const n = word.number;
  let capital = 0, x = 1;
  if (row(0, n < 0 || word.capital ? 1 : 0)) {
    capital = row(SET_ROWS, word.capital);
    if (!capital) return { number: -1, capital, text: codeLetters(coder, word.text) };
  }
  if (!row(1, n < RARE ? 0 : 1)) {
    for (let k = BITS - 1; k >= 0; k--) x = 2 * x + row(x + 2, n >> k & 1);
    x -= RARE;
  } else {
    const bits = row(2, n < 32768 ? 0 : 1) ? 15 : 14;
    for (let k = bits - 1; k >= 0; k--) x = 2 * x + coder.codeBit(HALF, n >> k & 1);
  }
  const text = t.words[x];
  return { number: x, capital, text: capital ? text[0].toUpperCase() + text.slice(1) : text };
}

// --- lexicon (K.6)

function lexiconPayload(words) {
  validate(words, MAX.lexiconWords, toWord);
  const encoder = new RangeEncoder(), context = new Context();
  for (const word of words.map(toWord)) {
    codeWord(encoder, context.ofNextWord(), word);
    context.add(word.number);
  }
  return encoder.finish(...findEnd(encoder, context.ofNextWord(), words.length));
}

// the value whose first m bytes end a payload of `count` words, and m
function findEnd({ low, width }, features, count) {
  if (count === 0) return [0, 0];
  for (const m of [1, 2]) {
    const unit = 256 ** (5 - m), v = roundUp(low, unit);
    if (v + unit > low + width) continue;
    const decoder = RangeDecoder.atOffset(v - low, width, m);
    if (count < MAX.lexiconWords) codeWord(decoder, features);
    if (count === MAX.lexiconWords || !decoder.isDetermined) return [v, m];
  }
  const { ROW, BIAS } = tables();
  const escapes = Math.floor(width / 65536) * probability(ROW, BIAS, 0, features);
  return [Math.floor((low + escapes - 1) / 65536) * 65536, 3];
}

// the words of a payload; reject(rule) is called for a broken rule, and throws if decoding cannot continue
function lexiconWords(payload, reject) {
  const decoder = new RangeDecoder(payload), context = new Context(), words = [];
  for (let escapedLetters = 0; words.length < MAX.lexiconWords;) {
    const word = codeWord(decoder, context.ofNextWord());
    if (!decoder.isDetermined) break;
    if (word.number < 0) escapedLetters += word.text.length;
    if (escapedLetters > MAX.escapedLetters) reject('SC-LEX-3');
    context.add(word.number);
    words.push(word);
  }
  const texts = words.map((word) => word.text);
  if (words.some((word) => word.number < 0 && toWord(word.text).number >= 0)) reject('SC-LEX-2');
  else if (!lexiconPayload(texts).equals(payload)) reject('SC-LEX-1');
  return texts;
}

// --- bag (K.7)

const toBagWord = (text) => ({ number: numberOf(text), text });

function sizeBucket(length) {
  if (length < 2) return 0;
  const a = 31 - Math.clz32(length);
  return Math.min(9, 2 * a + (length >> (a - 1) & 1) - 2);
}

// codes a set in canonical order; only an encoder uses `set`; calls emit(number, text) for each word
function codeSet(coder, bucket, emit, set = { numbers: [], escaped: [] }) {
  const t = tables(), context = new Context();
  let features = context.features([t.DENSITY, bucket]);
  const emitNumber = (number) => {
    emit(number, t.words[number]);
    context.add(number);
    features = context.features([t.DENSITY, bucket]);
  };
  const predicted = (r) => [r, SET_ROWS + r].map((row) => probability(t.SETROW, t.SETBIAS, row, features));
  const uniform = [33026, 1032];  // for rare words
  // code which of two sides have words (at least one does), then the words of each side
  const split = ([pLow, pHigh], low, high, codeLow, codeHigh) => {
    const anyLow = coder.codeBit(pLow, low.length ? 1 : 0);
    const anyHigh = anyLow ? coder.codeBit(pHigh, high.length ? 1 : 0) : 1;
    if (anyLow) codeLow(low);
    if (anyHigh) codeHigh(high);
  };
  const splitAt = (probabilities, list, limit, ...sides) =>
    split(probabilities, list.filter((n) => n < limit), list.filter((n) => n >= limit), ...sides);
  const tree = (x, levels, probabilities, base) => (list) => {
    if (!levels) emitNumber(x - base);
    else splitAt(probabilities(x), list, ((2 * x + 1) << (levels - 1)) - base,
      tree(2 * x, levels - 1, probabilities, base), tree(2 * x + 1, levels - 1, probabilities, base));
  };
  const rare = (bits) => tree(1, bits, () => uniform, 0);
  const vocabulary = (list) => splitAt(predicted(1), list, RARE, tree(1, BITS, (x) => predicted(x + 2), RARE),
    (others) => splitAt(predicted(2), others, 32768, rare(14), rare(15)));
  const escaped = (texts) => {
    for (let i = 0, more = 1; more; i++) {
      emit(-1, codeLetters(coder, texts[i]));
      more = coder.codeBit(HALF, i + 1 < texts.length ? 1 : 0);
    }
  };
  split(predicted(0), set.numbers, set.escaped, vocabulary, escaped);
}

// the payload of a set, or null if there is none
function bagPayload(words) {
  validate(words, MAX.bagWords, toBagWord);
  if (new Set(words).size !== words.length) fail('duplicate word', 'SC-BAG-1');
  if (!words.length) return Buffer.alloc(0);
  const coded = words.map(toBagWord);
  const numbers = coded.map((word) => word.number).filter((n) => n >= 0).sort((a, b) => a - b);
  const escaped = coded.filter((word) => word.number < 0).map((word) => word.text).sort();
  const estimate = sizeBucket(Math.floor((19 * words.length + 15) / 16));
  for (let bucket = Math.max(0, estimate - 1); bucket < 10; bucket++) {
    let minLength = 2;
    while (sizeBucket(minLength) !== bucket) minLength++;
    const encoder = new RangeEncoder();
    codeSet(encoder, bucket, () => {}, { numbers, escaped });
    let m = 0;
    while (roundUp(encoder.low, 256 ** (5 - m)) >= encoder.low + encoder.width) m++;
    let out = encoder.finish(roundUp(encoder.low, 256 ** (5 - m)), m), length = out.length;
    while (length && out[length - 1] === 0) length--;
    out = Buffer.concat([out.subarray(0, length), Buffer.alloc(Math.max(0, minLength - length))]);
    if (sizeBucket(out.length) === bucket) return out;
  }
  return null;
}

// the words of a payload; reject(rule) as for lexiconWords
function bagWords(payload, reject) {
  if (!payload.length) return [];
  if (payload.length === 1) {
    reject('SC-BAG-1');
    return [];
  }
  const texts = [];
  let escapedLetters = 0;
  codeSet(new RangeDecoder(payload), sizeBucket(payload.length), (number, text) => {
    if (number < 0) escapedLetters += text.length;
    if (escapedLetters > MAX.escapedLetters) reject('SC-LEX-3');
    if (texts.length === MAX.bagWords) reject('SC-BAG-2');
    texts.push(text);
  });
  const isSet = new Set(texts).size === texts.length;
  if (!isSet || !bagPayload(texts)?.equals(payload)) reject('SC-BAG-1');
  return texts;
}

// throws an error with the id of a rule if the words cannot be encoded (§6.5, §6.6)
function validate(words, maxWords, convert) {
  let escapedLetters = 0;
  for (const word of words) {
    if (!WORD.test(word)) fail(`not a word of this coding: ${word}`, 'SC-WRI-5');
    if (convert(word).number < 0) escapedLetters += word.length;
  }
  if (words.length > maxWords) fail(`more than ${maxWords} words`, maxWords === MAX.bagWords ? 'SC-BAG-2' : 'SC-WRI-5');
  if (escapedLetters > MAX.escapedLetters) fail(`more than ${MAX.escapedLetters} letters in escaped words`, 'SC-LEX-3');
}

function fail(message, rule) { throw Object.assign(new Error(message), { rule }); }

module.exports = { RangeDecoder, haveTables, lexiconWords, bagWords, lexiconPayload, bagPayload };
