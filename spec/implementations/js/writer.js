// An encoder of SEMCODEC-1 in JavaScript, written from the specification alone; it shares no code with the
// library. It needs Node, no packages, reader.js and words.js next to it, and the tables of Annex K for the
// codings of words. (CC0-1.0)
//
//   node writer.js < value      print {"data": hex}; if there is none, {"refused": true, "rule": id}, and exit with 1
//   node writer.js --lines      read lines of JSON, each a value, and print a line of JSON for each
//
// A value is a JSON object as in vectors/encode.json.
//
//   semcodec vectors run --encoder --persistent --strict -- node spec/implementations/js/writer.js --lines
'use strict';

const { CHECKS, CODINGS, LIMITS, QR45, SIGNATURE, SIZE_BY_CODE, SPACE, SYMBOLS, URL64, crc, isLayout, isPlainText,
  parseCount } = require('./reader.js');
const { bagPayload, lexiconPayload } = require('./words.js');

const MAX_INTEGER = 2 ** 28 - 1;  // of LEB128 (§2.3)
const MAX_SIDE = 2 ** 31 - 1;  // of a size (§5.2)
const FIRST_PRIVATE_TYPE = 2 ** 27;  // of an extension (§10)
const CODE_BY_SIZE = new Map([...SIZE_BY_CODE].map(([code, size]) => [String(size), code]));

// the value has no encoding, or must not be encoded
class Refusal extends Error {
  constructor(rule) { super(rule); this.rule = rule; }
}
const need = (ok, rule) => { if (!ok) throw new Refusal(rule); };

function leb128(n) {
  need(n >= 0 && n <= MAX_INTEGER, 'SC-LEB-1');
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push(n % 128 + 128);
  return Buffer.from([...bytes, n]);
}

// bits: pairs of a number and its width
function packBits(...bits) {
  const text = bits.map(([n, width]) => n.toString(2).padStart(width, '0')).join('');
  return Buffer.from(text.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

function writeSize([width, height]) {
  need(Math.max(width, height) <= MAX_SIDE, 'SC-SIZ-5');
  need(Math.min(width, height) >= 1, 'SC-WRI-5');
  if (width === 1024 && height === 1024) return Buffer.alloc(0);
  const code = CODE_BY_SIZE.get(String([width, height]));
  if (code) return Buffer.from([code]);
  const bits = Math.max(width, height) <= 32768 ? 15 : 31;
  return packBits([bits === 15 ? 0b10 : 0b11, 2], [width - 1, bits], [height - 1, bits]);
}

function writeModels({ set, describer, writer, painter, prompts }) {
  const ids = [describer, writer, painter, prompts], haveIds = ids.some((id) => id !== 0);
  need(!set || !haveIds, 'SC-WRI-5');
  if (!set && !haveIds) return Buffer.alloc(0);
  return Buffer.concat([set, ...(set ? [] : ids)].map(leb128));
}

// the rule that the value of an extension breaks, or undefined
function brokenRule(type, value) {
  if ([2, 4, 6, 8, 16].includes(type)) return isPlainText(value, 255) ? undefined : 'SC-EXT-7';
  if (type === 10) return parseCount(value) ? undefined : 'SC-EXT-8';
  if (type === 12) return value.equals(Buffer.from([1])) ? undefined : 'SC-EXT-9';
  if (type === 14) return value.length >= 1 && value.length <= 4 && (value.length === 1 || value[0]) ? undefined : 'SC-EXT-10';
  if (type === 18) return isPlainText(value, 4096) ? undefined : 'SC-EXT-11';
  if (type === 20) return isLayout(value) ? undefined : 'SC-EXT-13';
  if (type === 22) return value.length >= 1 && value.length <= 512 ? undefined : 'SC-EXT-14';
  if (type === 24) return value.length >= 2 && value.length <= 512 && [32, 48, 64, 96].includes(value[0]) ? undefined : 'SC-EXT-15';
  return type >= FIRST_PRIVATE_TYPE ? undefined : 'SC-WRI-3';
}

function writeExtensions(extensions, coding) {
  const sorted = extensions.map(([type, hex]) => [type, Buffer.from(hex, 'hex')]).sort(([a], [b]) => a - b);
  need(sorted.length <= LIMITS.max_extensions, 'SC-WRI-2');
  const entries = sorted.map(([type, value], i) => {
    need(type !== 0, 'SC-EXT-5');
    need(type % 2 === 0, 'SC-WRI-3');
    need(i === 0 || sorted[i - 1][0] < type, 'SC-EXT-4');
    const rule = brokenRule(type, value);
    need(!rule, rule);
    need(type !== 12 || coding !== 'bag', 'SC-EXT-12');
    return Buffer.concat([leb128(type), leb128(value.length), value]);
  });
  const block = Buffer.concat(entries);
  return block.length ? Buffer.concat([leb128(block.length), block]) : block;
}

function writeNibbles(text) {
  const symbols = [...text].map((symbol) => SYMBOLS.indexOf(symbol));
  need(!symbols.includes(-1), 'SC-WRI-5');
  need(symbols[0] !== 0, 'SC-NIB-1');
  need(!text.includes('  '), 'SC-NIB-2');
  need(!text.endsWith(' '), 'SC-NIB-3');
  if (symbols.length % 2) symbols.push(0);
  const bytes = [];
  for (let i = 0; i < symbols.length; i += 2) bytes.push(16 * symbols[i] + symbols[i + 1]);
  return Buffer.from(bytes);
}

function writeText(text, coding) {
  need(!/\p{Surrogate}/u.test(text), 'SC-WRI-5');  // without its pair
  const words = coding === 'utf8' ? text.split(SPACE).filter((word) => word) : text ? text.split(' ') : [];
  const payload = { nibble: () => writeNibbles(text), utf8: () => Buffer.from(text, 'utf8'),
    lexicon: () => lexiconPayload(words), bag: () => bagPayload(words) }[coding]();
  need(words.length <= LIMITS.max_words, 'SC-WRI-2');
  return payload;
}

function writeCore(value) {
  const size = writeSize(value.size), models = writeModels(value.models);
  const extensions = writeExtensions(value.extensions, value.coding);
  const kind = CHECKS.findIndex(([name]) => name === value.check);
  const first = CODINGS.indexOf(value.coding) << 5 | kind << 3
    | (extensions.length ? 4 : 0) | (size.length ? 2 : 0) | (models.length ? 1 : 0);
  const covered = Buffer.concat([Buffer.from([first]), size, models, extensions, writeText(value.text, value.coding)]);
  const core = kind ? Buffer.concat([covered, packBits([crc(covered, kind), 8 * CHECKS[kind][1]])]) : covered;
  need(core.length <= LIMITS.max_bytes, 'SC-WRI-2');
  return core;
}

function toUrl(core) {
  const bits = [...core].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return 'semc:' + (bits.match(/.{1,6}/g)).map((six) => URL64[parseInt(six.padEnd(6, '0'), 2)]).join('');
}

function toQr(core) {
  let out = 'SEMQ:';
  for (let i = 0; i < core.length; i += 2) {
    const isPair = i + 1 < core.length, n = isPair ? 256 * core[i] + core[i + 1] : core[i];
    out += QR45[n % 45] + QR45[Math.floor(n / 45) % 45] + (isPair ? QR45[Math.floor(n / 2025)] : '');
  }
  return out;
}

// the picture with the record in a chunk right after IHDR, and without any that it had
function embed(picture, core) {
  const uint32 = (n) => packBits([n, 32]), chunks = [];
  need(SIGNATURE.equals(picture.subarray(0, 8)), 'SC-PNG-1');
  let at = 8, type = '';
  while (type !== 'IEND') {
    const end = at + 8 <= picture.length ? at + 12 + picture.readUInt32BE(at) : Infinity;
    need(end <= picture.length, 'SC-PNG-2');
    type = picture.toString('latin1', at + 4, at + 8);
    if (type !== 'seMC') chunks.push(picture.subarray(at, end));
    at = end;
  }
  need(picture.toString('latin1', 12, 16) === 'IHDR', 'SC-WRI-5');
  need(chunks.length < LIMITS.max_chunks, 'SC-WRI-2');
  const body = Buffer.concat([Buffer.from('seMC'), core]);
  const chunk = Buffer.concat([uint32(core.length), body, uint32(crc(body, 3))]);
  return Buffer.concat([SIGNATURE, chunks[0], chunk, ...chunks.slice(1), picture.subarray(at)]);
}

function write(value) {
  const { framing } = value;
  if (['file', 'url', 'qr'].includes(framing)) need(value.check !== 'none', 'SC-FRM-3');
  if (framing === 'png') need(value.check === 'none', 'SC-PNG-6');
  const core = writeCore(value);
  if (framing === 'file') return Buffer.concat([Buffer.from([0xb5, 0x1a]), core]);
  if (framing === 'sequence') return Buffer.concat([leb128(core.length), core]);
  if (framing === 'png') return embed(Buffer.from(value.picture, 'hex'), core);
  if (framing === 'bare') return core;
  const text = framing === 'url' ? toUrl(core) : toQr(core);
  need(text.length <= LIMITS.max_bytes, 'SC-WRI-2');
  return Buffer.from(text, 'latin1');
}

// the data in hex, or the rule for which there is none
function encode(value) {
  try {
    return { data: write(value).toString('hex') };
  } catch (error) {
    if (!error.rule) throw error;
    return { refused: true, rule: error.rule };
  }
}

function main() {
  if (process.argv[2] === '--lines') {
    const lines = require('readline').createInterface({ input: process.stdin });
    lines.on('line', (text) => process.stdout.write(JSON.stringify(encode(JSON.parse(text))) + '\n'));
  } else {
    const result = encode(JSON.parse(require('fs').readFileSync(0, 'utf8')));
    process.stdout.write(JSON.stringify(result) + '\n');
    process.exitCode = result.refused ? 1 : 0;
  }
}

module.exports = { encode };
if (require.main === module) main();
