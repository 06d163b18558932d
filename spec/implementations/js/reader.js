// A validating decoder of SEMCODEC-1 in JavaScript, written from the specification alone; it shares no
// code with the library. It needs Node, no packages, words.js next to it, and the tables of Annex K for
// the codings of words: SEMCODEC_LEXICON can give their path. Without the file, or with an empty path, it
// is a decoder of the class core (§12), with it one of the class full. (CC0-1.0)
//
//   node reader.js FRAMING [OPTIONS] < data   print the record as JSON; if rejected, the findings, and exit with 1
//   node reader.js                            read lines `FRAMING HEX [OPTIONS]`, print a line of JSON for each
//
// OPTIONS is a JSON object with `limits` and `profile`, as in the vectors. With the word `colors` in the place of
// FRAMING, the data are the bytes of colors, and colors.js next to this file prints their coefficients (COLORS-1).
//
//   semcodec vectors run --persistent --pass-options --strict -- node spec/implementations/js/reader.js
'use strict';

const colors = require('./colors.js');
const { haveTables, lexiconWords, bagWords } = require('./words.js');

const LIMITS = {
  max_bytes: 65536, max_words: 4096, max_extensions: 64, max_chunks: 65536, max_records: 65536, max_sequence_words: 65536,
};
const SIZE_BY_CODE = new Map([[1, [512, 512]], [2, [768, 768]], [3, [768, 512]], [4, [512, 768]],
  [5, [1152, 896]], [6, [896, 1152]], [7, [1216, 832]], [8, [832, 1216]], [9, [1344, 768]],
  [10, [768, 1344]], [11, [1536, 640]], [12, [640, 1536]], [13, [1920, 1080]], [14, [1280, 720]],
  [15, [256, 256]], [16, [3840, 2160]], [17, [2048, 2048]], [18, [2048, 1365]], [19, [640, 480]],
  [20, [4032, 3024]], [21, [1152, 864]], [22, [864, 1152]], [23, [1248, 832]], [24, [832, 1248]],
  [25, [720, 1280]], [26, [1408, 704]], [27, [704, 1408]], [28, [1120, 896]], [29, [896, 1120]],
  [30, [1568, 672]], [31, [672, 1568]], [32, [1280, 800]], [33, [800, 1280]], [34, [1216, 864]],
  [35, [864, 1216]], [36, [1536, 704]], [37, [704, 1536]], [38, [1392, 752]], [39, [752, 1392]],
  [40, [1088, 960]], [41, [960, 1088]]]);
const SIZES_WITH_CODE = new Set([...SIZE_BY_CODE.values()].map(String));
const SYMBOLS = ' ntsrhldcmfgpbkv';
const CODINGS = ['nibble', 'lexicon', 'bag', 'utf8'];
const CHECKS = [['none', 0], ['crc8', 1], ['crc16', 2], ['crc32', 4]];
const SPACE = /[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const URL64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const QR45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

// The findings in the order of judging (§9.1), and the limits, of the data that is being decoded. `judge` lists a
// broken rule and goes on; `need` lists it and throws, since nothing after it can be decoded (§9.2).
let findings = [], limits = LIMITS;
class Stop extends Error {}
const judge = (ok, rule, offset) => { if (!ok) findings.push({ rule, offset }); };
const need = (ok, rule, offset) => { judge(ok, rule, offset); if (!ok) throw new Stop(); };

const MALFORMED = ['FRM-1', 'FRM-2', 'SEQ-2', 'TXT-1', 'TXT-2', 'TXT-3', 'TXT-5', 'PNG-1', 'PNG-2', 'PNG-3', 'HDR-3',
  'CHK-1', 'LEB-1', 'EXT-1', 'EXT-3', 'LEX-3', 'BAG-2', 'UTF-1'];
const UNSUPPORTED = ['HDR-1', 'HDR-2', 'SIZ-1', 'EXT-6', 'LIM-1', 'LIM-2', 'LIM-3', 'LIM-4', 'LIM-5', 'LIM-6'];
function verdict() {
  const broken = findings.map(({ rule }) => rule.slice(3)).filter((rule) => !rule.startsWith('PRO'));
  if (broken.some((rule) => MALFORMED.includes(rule))) return 'malformed';
  if (broken.some((rule) => !UNSUPPORTED.includes(rule))) return 'invalid';
  return broken.length ? 'unsupported' : 'valid';
}

function crc(data, kind) {
  if (kind === 1) {
    let r = 0xff;
    for (const b of data) { r ^= b; for (let i = 0; i < 8; i++) r = r & 0x80 ? ((r << 1) ^ 0x2f) & 0xff : r << 1; }
    return r ^ 0xff;
  }
  if (kind === 2) {
    let r = 0xffff;
    for (const b of data) { r ^= b << 8; for (let i = 0; i < 8; i++) r = r & 0x8000 ? ((r << 1) ^ 0x1021) & 0xffff : r << 1; }
    return r;
  }
  let r = 0xffffffff;
  for (const b of data) { r ^= b; for (let i = 0; i < 8; i++) r = r & 1 ? (r >>> 1) ^ 0xedb88320 : r >>> 1; }
  return (r ^ 0xffffffff) >>> 0;
}

// reads LEB128 of at most 4 bytes from index `at` up to `end`: [value, next index].
// base: bit offset of data[0]; truncated: [rule, offset] to report if it extends beyond `end`
function leb128(data, at, end, base, truncated) {
  let value = 0;
  for (let i = 0; ; i++) {
    need(at + i < end, ...truncated);
    const b = data[at + i];
    value |= (b & 0x7f) << (7 * i);
    if (b & 0x80) { need(i < 3, 'SC-LEB-1', base + 8 * at); continue; }
    judge(i === 0 || b !== 0, 'SC-LEB-2', base + 8 * at);
    return [value, at + i + 1];
  }
}

// decodes UTF-8 to [text, -1], or to ['', index of the first ill-formed sequence]
function decodeUtf8(data) {
  let i = 0;
  const tail = (k, lo = 0x80, hi = 0xbf) => data[k] >= lo && data[k] <= hi;
  while (i < data.length) {
    const b = data[i];
    let n = 0;
    if (b < 0x80) n = 1;
    else if (b >= 0xc2 && b <= 0xdf) n = tail(i + 1) ? 2 : 0;
    else if (b >= 0xe0 && b <= 0xef) n = tail(i + 1, b === 0xe0 ? 0xa0 : 0x80, b === 0xed ? 0x9f : 0xbf) && tail(i + 2) ? 3 : 0;
    else if (b >= 0xf0 && b <= 0xf4) n = tail(i + 1, b === 0xf0 ? 0x90 : 0x80, b === 0xf4 ? 0x8f : 0xbf) && tail(i + 2) && tail(i + 3) ? 4 : 0;
    if (!n) return ['', i];
    i += n;
  }
  return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(data), -1];
}

// whether v is 1 to max bytes of UTF-8 without control characters
const isPlainText = (v, max) => {
  if (v.length < 1 || v.length > max) return false;
  const [text, bad] = decodeUtf8(v);
  return bad < 0 && !/[\u0000-\u001f\u007f-\u009f]/.test(text);
};
// a count from 1 in canonical LEB128; 0 if v is not one
const parseCount = (v) => {
  const isWhole = v.length >= 1 && v.length <= 4 && v.every((b, i) => (b > 127) === (i < v.length - 1));
  return isWhole && v[v.length - 1] ? v.reduce((n, b, i) => n | (b & 127) << 7 * i, 0) : 0;
};

// whether v is groups of a word and its boxes: words and boxes ascend, at most 16 boxes in all
function isLayout(v) {
  let at = 0, words = 0, boxes = 0, previousWord = -1;
  const left = () => 8 * v.length - at;
  const take = (bits) => {
    let n = 0;
    for (; bits > 0; bits--, at++) n = 2 * n + (v[at >> 3] >> (7 - at % 8) & 1);
    return n;
  };
  while (left() >= 29) {
    const word = take(6), count = take(3) + 1;
    if (word <= previousWord || left() < 20 * count) return false;
    for (let i = 0, previous = -1; i < count; i++) {
      const box = take(20);
      const [x0, y0, x1, y1] = [15, 10, 5, 0].map((shift) => box >> shift & 31);
      if (box <= previous || x1 < x0 || y1 < y0) return false;
      previous = box;
    }
    previousWord = word;
    words += 1;
    boxes += count;
  }
  return words > 0 && boxes <= 16 && left() < 8 && take(left()) === 0;
}

// judges the value of a known extension; cc: the coding of the record
function judgeValue(type, v, at, cc) {
  if ([2, 4, 6, 8, 16].includes(type)) judge(isPlainText(v, 255), 'SC-EXT-7', at);
  else if (type === 10) judge(parseCount(v) > 0, 'SC-EXT-8', at);
  else if (type === 12) {
    judge(v.length === 1 && v[0] === 1, 'SC-EXT-9', at);
    judge(CODINGS[cc] !== 'bag', 'SC-EXT-12', at);
  } else if (type === 14) judge(v.length >= 1 && v.length <= 4 && (v.length === 1 || v[0] !== 0), 'SC-EXT-10', at);
  else if (type === 18) judge(isPlainText(v, 4096), 'SC-EXT-11', at);
  else if (type === 20) judge(isLayout(v), 'SC-EXT-13', at);
  else if (type === 22) judge(v.length >= 1 && v.length <= 512, 'SC-EXT-14', at);
  else if (type === 24) judge(v.length >= 2 && v.length <= 512 && [32, 48, 64, 96].includes(v[0]), 'SC-EXT-15', at);
}

function readSize(c, at, end, base) {
  const here = base + 8 * at;
  const available = (n) => need(at + n <= end, 'SC-HDR-3', base + 8 * end);
  available(1);
  const form = c[at] >> 6;
  if (form < 2) {
    judge(c[at] !== 0, 'SC-SIZ-2', here);
    judge(c[at] === 0 || SIZE_BY_CODE.has(c[at]), 'SC-SIZ-1', here);
    return [SIZE_BY_CODE.get(c[at]), at + 1];
  }
  const bytes = form === 2 ? 4 : 8, side = form === 2 ? 15n : 31n;
  available(bytes);
  let bits = 0n;
  for (let i = 0; i < bytes; i++) bits = bits << 8n | BigInt(c[at + i]);
  const mask = (1n << side) - 1n;
  const w = Number(bits >> side & mask) + 1, h = Number(bits & mask) + 1;
  judge(w !== 1024 || h !== 1024, 'SC-SIZ-2', here);
  judge(!SIZES_WITH_CODE.has(String([w, h])), 'SC-SIZ-3', here);
  judge(form === 2 || w > 32768 || h > 32768, 'SC-SIZ-4', here);
  judge(w < 2 ** 31, 'SC-SIZ-5', here + 2);
  judge(h < 2 ** 31, 'SC-SIZ-5', here + 2 + Number(side));
  return [[w, h], at + bytes];
}

function readExtensions(c, at, end, base, cc) {
  const here = base + 8 * at, list = [];
  let length, previousType = -1;
  [length, at] = leb128(c, at, end, base, ['SC-HDR-3', base + 8 * end]);
  need(at + length <= end, 'SC-EXT-1', here);
  judge(length > 0, 'SC-EXT-2', here);
  const stop = at + length, truncated = ['SC-EXT-3', base + 8 * stop];
  while (at < stop) {
    const start = base + 8 * at;
    let type, n;
    need(list.length < limits.max_extensions, 'SC-LIM-3', start);
    [type, at] = leb128(c, at, stop, base, truncated);
    [n, at] = leb128(c, at, stop, base, truncated);
    need(at + n <= stop, ...truncated);
    const value = c.subarray(at, at + n);
    at += n;
    judge(type > previousType, 'SC-EXT-4', start);
    judge(type !== 0, 'SC-EXT-5', start);
    judge(type % 2 === 0, 'SC-EXT-6', start);
    judgeValue(type, value, start, cc);
    previousType = type;
    list.push([type, value]);
  }
  return [list, at];
}

function decodeNibbles(p, here) {
  const s = [];
  for (const b of p) s.push(b >> 4, b & 15);
  if (s.length && s[s.length - 1] === 0) s.pop();
  const pair = s.findIndex((v, i) => i > 0 && !v && !s[i - 1]);
  judge(s[0] !== 0, 'SC-NIB-1', here);
  judge(pair < 0, 'SC-NIB-2', here + 4 * pair);
  judge(s.length < 2 || s[s.length - 1], 'SC-NIB-3', here + 4 * (s.length - 1));
  return s.map((v) => SYMBOLS[v]).join('');
}

// returns a list with the one record, and the offset in findings of its core's first bit, `base`
function readCore(c, base, framing) {
  need(c.length > 0, 'SC-FRM-1', base);
  const first = c[0];
  need(first < 0x80, 'SC-HDR-1', base);
  need(c.length <= limits.max_bytes, 'SC-LIM-1', base + 8 * limits.max_bytes);
  const cc = first >> 5 & 3, kk = first >> 3 & 3;
  if (['file', 'url', 'qr'].includes(framing)) judge(kk > 0, 'SC-FRM-3', base + 3);
  if (framing === 'png') judge(kk === 0, 'SC-PNG-6', base + 3);
  const end = c.length - CHECKS[kk][1];
  need(end >= 1, 'SC-CHK-1', base + 8 * c.length);
  if (kk) judge(c.readUIntBE(end, c.length - end) === crc(c.subarray(0, end), kk), 'SC-CHK-2', base + 8 * end);
  let at = 1, size = [1024, 1024], extensions = [];
  const ids = [0, 0, 0, 0, 0];
  if (first & 2) [size, at] = readSize(c, at, end, base);
  if (first & 1) {
    const here = base + 8 * at, truncated = ['SC-HDR-3', base + 8 * end];
    [ids[0], at] = leb128(c, at, end, base, truncated);
    if (ids[0] === 0) {
      for (let i = 1; i < 5; i++) [ids[i], at] = leb128(c, at, end, base, truncated);
      judge(ids.some((v) => v), 'SC-MOD-1', here);
    }
  }
  if (first & 4) [extensions, at] = readExtensions(c, at, end, base, cc);
  const payload = c.subarray(at, end), here = base + 8 * at;
  let text, words;
  if (cc === 0) {
    text = decodeNibbles(payload, here);
    words = text.split(' ').filter((w) => w);
  } else if (cc < 3) {
    need(haveTables(), 'SC-HDR-2', base + 1);
    words = (cc === 1 ? lexiconWords : bagWords)(payload, (rule) =>
      (MALFORMED.includes(rule.slice(3)) ? need : judge)(false, rule, here));
    text = words.join(' ');
  } else {
    const [t, bad] = decodeUtf8(payload);
    need(bad < 0, 'SC-UTF-1', here + 8 * bad);
    text = t;
    words = text.split(SPACE).filter((w) => w);
  }
  need(words.length <= limits.max_words, 'SC-LIM-2', here);
  const requested = extensions.find(([type]) => type === 10);
  const [set, describer, writer, painter, prompts] = ids;
  const record = {
    text, words, k: requested ? parseCount(requested[1]) : words.length, coding: CODINGS[cc], size,
    models: { set, describer, writer, painter, prompts },
    extensions: extensions.map(([type, v]) => [type, v.toString('hex')]),
    framing, check: CHECKS[kk][0], version: 1,
  };
  return [{ record, base }];
}

// how many words an item of a sequence counts for SC-LIM-6: an item that is rejected counts as the most words
function countWords(first, items, itemFindings) {
  if (first >= 0x80 || ![1, 2].includes(first >> 5) || itemFindings.some(({ rule }) => rule === 'SC-HDR-2')) return 0;
  return itemFindings.length ? 512 : items[0].record.words.length;
}

function readSequence(d) {
  const records = [];
  let codedWords = 0;
  for (let at = 0, count = 0; at < d.length;) {
    const here = 8 * at;
    let n;
    need(count++ < limits.max_records, 'SC-LIM-5', here);
    [n, at] = leb128(d, at, d.length, 0, ['SC-SEQ-2', 8 * d.length]);
    judge(n > 0, 'SC-SEQ-1', here);
    need(at + n <= d.length, 'SC-SEQ-2', 8 * d.length);
    const core = d.subarray(at, at + n), before = findings.length;
    let items = [];
    try {  // what stops the decoding of an item does not stop that of the sequence
      if (n) items = readCore(core, 8 * at, 'sequence');
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
    }
    if (n) codedWords += countWords(core[0], items, findings.slice(before));
    need(codedWords <= limits.max_sequence_words, 'SC-LIM-6', here);
    records.push(...items);
    at += n;
  }
  return records;
}

function textCore(d, framing) {
  const [start, alphabet] = framing === 'url' ? ['semc:', URL64] : ['SEMQ:', QR45];
  need(d.toString('latin1', 0, 5) === start, 'SC-TXT-1', 0);
  const v = [];
  for (let i = 5; i < d.length; i++) {
    const x = alphabet.indexOf(String.fromCharCode(d[i]));
    need(x >= 0, 'SC-TXT-2', 8 * i);
    v.push(x);
  }
  const group = framing === 'url' ? 4 : 3, out = [];
  need(v.length % group !== 1, 'SC-TXT-3', 8 * d.length);
  for (let i = 0; i < v.length; i += group) {
    const g = v.slice(i, i + group);
    if (framing === 'url') {
      const n = g.reduce((a, x, k) => a + x * 64 ** (3 - k), 0), bytes = g.length - 1;
      for (let k = 0; k < bytes; k++) out.push(n >> (16 - 8 * k) & 255);
      judge(n % 256 ** (3 - bytes) === 0, 'SC-TXT-4', 8 * (d.length - 1));
    } else {
      const n = g.reduce((a, x, k) => a + x * 45 ** k, 0);
      need(n < (g.length === 3 ? 65536 : 256), 'SC-TXT-5', 8 * (5 + i));
      if (g.length === 3) out.push(n >> 8);
      out.push(n & 255);
    }
  }
  return Buffer.from(out);
}

function readText(d, framing) {
  need(d.length <= limits.max_bytes, 'SC-LIM-1', 8 * limits.max_bytes);
  const core = textCore(d, framing);
  need(core.length > 0, 'SC-FRM-1', 8 * d.length);
  return readCore(core, 0, framing);
}

function readPng(d) {
  need(d.subarray(0, 8).equals(SIGNATURE), 'SC-PNG-1', 0);
  const cores = [];  // of each chunk seMC: where it starts, and where its data starts and ends
  for (let at = 8, chunks = 0, last = false; !last; chunks++) {
    const here = 8 * at;
    need(at + 12 <= d.length, 'SC-PNG-2', here);
    const n = d.readUInt32BE(at), type = d.toString('latin1', at + 4, at + 8), end = at + 8 + n;
    need(end + 4 <= d.length, 'SC-PNG-2', here);
    need(chunks < limits.max_chunks, 'SC-LIM-4', here);
    if (type === 'seMC') cores.push([here, at + 8, end]);
    last = type === 'IEND';
    at = end + 4;
  }
  need(cores.length, 'SC-PNG-3', 8 * d.length);
  for (const [here] of cores.slice(1)) judge(false, 'SC-PNG-4', here);
  const [, start, end] = cores[0];
  judge(d.readUInt32BE(end) === crc(d.subarray(start - 4, end), 3), 'SC-PNG-5', 8 * end);
  return readCore(d.subarray(start, end), 8 * start, 'png');
}

function read(d, framing) {
  if (framing === 'sequence') return readSequence(d);
  need(d.length > 0, 'SC-FRM-1', 0);
  if (framing === 'auto') {
    const start = d.toString('latin1', 0, 5);
    framing = d[0] === 0xb5 ? 'file' : d[0] === 0x89 ? 'png' : start === 'semc:' ? 'url' : start === 'SEMQ:' ? 'qr' : 'bare';
  }
  if (framing === 'bare') return readCore(d, 0, framing);
  if (framing === 'png') return readPng(d);
  if (framing === 'url' || framing === 'qr') return readText(d, framing);
  need(d[0] === 0xb5 && d[1] === 0x1a, 'SC-FRM-2', 0);
  return readCore(d.subarray(2), 16, framing);
}

// the rules of each profile (§11): id, bit of the first byte to which a finding points, condition
const hasTypes = (...types) => (r) => types.every((type) => r.extensions.some(([t]) => t === type));
const isFile = (r) => r.framing === 'file';
const PROFILES = {
  tiny: [
    ['SC-PRO-1', 0, (r) => ['bare', 'sequence'].includes(r.framing)],
    ['SC-PRO-2', 3, (r) => ['none', 'crc8'].includes(r.check)],
    ['SC-PRO-3', 6, (r) => String(r.size) === '1024,1024' || SIZES_WITH_CODE.has(String(r.size))],
    ['SC-PRO-4', 7, ({ models: m }) => !(m.describer || m.writer || m.painter || m.prompts)],
    ['SC-PRO-5', 5, (r) => !r.extensions.length],
  ],
  file: [['SC-PRO-6', 0, isFile]],
  archive: [
    ['SC-PRO-7', 0, isFile],
    ['SC-PRO-8', 3, (r) => r.check === 'crc32'],
    ['SC-PRO-9', 5, hasTypes(2, 4, 6, 8)],
    ['SC-PRO-10', 5, hasTypes(16)],
  ],
};

// the record (of a sequence, the records), or all findings and the first of them; of colors, the coefficients
function decode(data, framing, options = {}) {
  if (framing === 'colors') return colors.decode(data);
  findings = [];
  limits = { ...LIMITS, ...options.limits };
  let records = [];
  try {
    records = read(data, framing);
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
  }
  if (!findings.length && options.profile) {
    for (const { record, base } of records) {
      for (const [rule, bit, ok] of PROFILES[options.profile]) judge(ok(record), rule, base + bit);
    }
  }
  if (findings.length) return { refused: true, verdict: verdict(), ...findings[0], findings };
  const values = records.map(({ record }) => record);
  return framing === 'sequence' ? values : values[0];
}

function decodeLine(text) {
  const [framing, hex, options = '{}'] = text.split(' ');
  return JSON.stringify(decode(Buffer.from(hex, 'hex'), framing, JSON.parse(options)));
}

function main() {
  const framing = process.argv[2];
  if (framing === undefined) {
    const lines = require('readline').createInterface({ input: process.stdin });
    lines.on('line', (text) => process.stdout.write(decodeLine(text) + '\n'));
  } else if (['auto', 'bare', 'file', 'sequence', 'url', 'qr', 'png', 'colors'].includes(framing)) {
    const result = decode(require('fs').readFileSync(0), framing, JSON.parse(process.argv[3] ?? '{}'));
    process.stdout.write(JSON.stringify(result) + '\n');
    process.exitCode = result.refused ? 1 : 0;
  } else {
    process.stderr.write('usage: node reader.js [auto|bare|file|sequence|url|qr|png|colors [OPTIONS]] < data\n');
    process.exitCode = 2;
  }
}

module.exports = { CHECKS, CODINGS, LIMITS, QR45, SIGNATURE, SIZE_BY_CODE, SPACE, SYMBOLS, URL64, crc, decode, isLayout,
  isPlainText, parseCount };
if (require.main === module) main();
