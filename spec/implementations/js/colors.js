// A decoder of COLORS-1, the bytes of extension type 22, written from COLORS-1.md alone; it shares no code
// with the library. It needs words.js next to it, for the range decoder. (CC0-1.0)
//
//   node reader.js colors < data   print the coefficients as JSON
//   semcodec vectors run --colors --persistent -- node spec/implementations/js/reader.js
'use strict';

const { RangeDecoder } = require('./words.js');

const SIDE = 48, CHANNELS = 3, PLANES = 11, DIAGONALS = 2 * SIDE - 1;
const HALF = 32768;  // the chance of a sign
const MIN_LIKELY = 2;  // the score of a coefficient whose digit is in part 2
const CHANCES = [
  964, 4551, 27989, 49897, 62805, 32768, 32768, 32768, 26810, 38082, 49971, 62805, 32768, 32768,
  32768, 41506, 49620, 62557, 32768, 32768, 32768, 27307, 39070, 61208, 32768, 32768, 32768, 32768,
  44237, 60187, 17750, 18999, 23735, 25108, 28889, 32123, 16646, 16075, 46448, 10265, 28440, 34328,
  28440, 37042, 8548, 15124, 14347, 17410, 19078, 12924, 25611, 30270, 28649, 50152, 25330, 16075,
  4816, 8882, 15342, 17536, 19973, 24640, 28422, 31877, 36998, 24290, 1890, 6940, 11365, 14436, 19522,
  25153, 27531, 28100, 34736, 34328, 21416, 14469, 18515, 15124, 48137, 11671, 25817, 25817, 15124,
  15124, 2123, 4599, 4808, 7560, 13694, 24164, 25322, 29211, 33115, 20648, 687, 3342, 6536, 13733,
  16448, 24803, 26377, 29414, 34424, 37348, 228, 2522, 7591, 12955, 16574, 22119, 25517, 28401, 37845,
  15124,
];
const CONTEXT = { growth: 0, refinement: 30, first: 36 };
const MIN_SCORES = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24];  // of the levels
const MIN_DIAGONALS = [0, 1, 3, 7];  // of the bands
// rows and columns from a coefficient to those of its channel that count in its score, and how often
const NEIGHBORS = [
  [-1, 0, 2], [0, -1, 2], [0, 1, 2], [1, 0, 2],
  [-1, -1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, 1], [-2, 0, 1], [0, -2, 1], [0, 2, 1], [2, 0, 1],
];

const indexOf = (channel, row, column) => (channel * SIDE + row) * SIDE + column;
const digits = (magnitude) => 32 - Math.clz32(magnitude);
const last = (minimums, value) => minimums.findLastIndex((minimum) => minimum <= value);

class NotDetermined extends Error {}

class Colors {
  constructor(data) {
    this.decoder = new RangeDecoder(data);
    this.magnitudes = new Uint16Array(CHANNELS * SIDE * SIDE);
    this.planes = new Uint8Array(CHANNELS * SIDE * SIDE);
    this.isNegative = new Uint8Array(CHANNELS * SIDE * SIDE);
    this.active = 0;  // diagonals
  }

  decide(chance) {  // clause 3
    const decision = this.decoder.codeBit(chance);
    if (!this.decoder.isDetermined) throw new NotDetermined();
    return decision;
  }

  score(channel, row, column) {  // clause 4
    let sum = 0;
    for (const [down, right, weight] of NEIGHBORS) {
      const r = row + down, k = column + right;
      if (r >= 0 && r < SIDE && k >= 0 && k < SIDE) sum += weight * digits(this.magnitudes[indexOf(channel, r, k)]);
    }
    for (let c = 0; c < channel; c++) sum += digits(this.magnitudes[indexOf(c, row, column)]);
    return sum;
  }

  decodePlane(plane) {  // clause 5
    while (this.active < DIAGONALS) {
      const context = CONTEXT.growth + 6 * Math.min(this.active >> 1, 4) + Math.min(plane, 5);
      if (!this.decide(CHANCES[context])) break;
      this.active++;
    }
    const known = [], rest = [];
    for (let diagonal = 0; diagonal < this.active; diagonal++) {
      for (let row = Math.max(0, diagonal - SIDE + 1); row <= Math.min(diagonal, SIDE - 1); row++) {
        for (let channel = 0; channel < CHANNELS; channel++) {
          const place = [channel, row, diagonal - row];
          if (this.magnitudes[indexOf(...place)]) known.push(place);
          else if (diagonal < 3 || this.score(...place) >= MIN_LIKELY) this.decodeFirst(plane, ...place);
          else rest.push(place);
        }
      }
    }
    for (const place of known) this.refine(plane, ...place);
    for (const place of rest) this.decodeFirst(plane, ...place);
  }

  refine(plane, channel, row, column) {
    const index = indexOf(channel, row, column), magnitude = this.magnitudes[index];
    const context = CONTEXT.refinement + 2 * (Math.min(magnitude, 3) - 1) + (channel ? 1 : 0);
    this.magnitudes[index] = 2 * magnitude + this.decide(CHANCES[context]);
    this.planes[index] = plane;
  }

  decodeFirst(plane, channel, row, column) {
    const index = indexOf(channel, row, column), band = last(MIN_DIAGONALS, row + column);
    const level = last(MIN_SCORES, this.score(channel, row, column));
    if (!this.decide(CHANCES[CONTEXT.first + 10 * ((channel ? 4 : 0) + band) + level])) return;
    this.isNegative[index] = this.decide(HALF);
    this.magnitudes[index] = 1;
    this.planes[index] = plane;
  }

  // [index, value, plane] of each coefficient other than 0
  get coefficients() {
    const found = [];
    this.magnitudes.forEach((magnitude, index) => {
      if (magnitude) found.push([index, this.isNegative[index] ? -magnitude : magnitude, this.planes[index]]);
    });
    return found;
  }
}

function decode(data) {
  const colors = new Colors(data);
  try {
    for (let plane = 0; plane < PLANES; plane++) colors.decodePlane(plane);
  } catch (error) {
    if (!(error instanceof NotDetermined)) throw error;
  }
  return { coefficients: colors.coefficients };
}

module.exports = { decode };
