// Decode records with the compiled declaration: node decode.js FOLDER. Input: one record a line, in
// hex. Output: a line of JSON for each. Only the rules in the declaration are checked here.
"use strict";

const fs = require("fs");
const path = require("path");
const KaitaiStream = require("kaitai-struct/KaitaiStream");
const { Semcodec } = require(path.join(process.argv[2], "Semcodec.js"));

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const nameIn = (names, value) => names[value].toLowerCase();

function fields({ isFile, core }) {
  const { body } = core;
  return {
    framing: isFile ? "file" : "bare",
    coding: nameIn(Semcodec.Coding, core.coding),
    check: nameIn(Semcodec.Check, core.check),
    size: core.hasSize ? size(body.size) : null,
    models: core.hasModels ? models(body.models) : null,
    extensions: core.hasExtensions ? body.extensions.entries.entries.map(extension) : [],
    symbols: body.payload.symbols?.map((symbol) => nameIn(Semcodec.Symbol, symbol)) ?? null,
    utf8: body.payload.utf8 ? hex(body.payload.utf8) : null,
    coded: body.payload.coded ? hex(body.payload.coded) : null,
    check_value: hex(core.checkValue),
    covered: hex(core.covered),
  };
}

function size(field) {
  return field.isExplicit ? [field.width, field.height] : nameIn(Semcodec.SizeCode, field.code);
}

function models({ set, isRow, describer, writer, painter, prompts }) {
  const ids = isRow ? [] : [describer, writer, painter, prompts];
  return [set, ...ids].map((number) => number.value);
}

function extension(entry) {
  const value = entry._raw_value ?? entry.value;
  return [entry.type.value, hex(value), entry.value.number?.value ?? null];
}

function refusedBy(error) {
  const isRefusal = error instanceof KaitaiStream.EOFError || /^Validation\w+Error$/.test(error.name);
  if (!isRefusal) throw error;
  return { refused: error.name };
}

function decode(line) {
  try {
    return fields(new Semcodec(new KaitaiStream(Buffer.from(line, "hex"))));
  } catch (error) {
    return refusedBy(error);
  }
}

const lines = fs.readFileSync(0, "latin1").split("\n").slice(0, -1);
process.stdout.write(lines.map((line) => JSON.stringify(decode(line)) + "\n").join(""));
