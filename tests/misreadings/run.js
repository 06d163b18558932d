// Runs JavaScript implementations with changed source text, for tests/misreadings/implementations.py.
//
// Reads lines of JSON: { file, source, core, inputs }, where `file` is one of the four files, `source` its
// changed text, `core` whether the tables are missing, and each input [framing, hex, options] or, for the
// encoder, [value]. Prints a line for each: the results, null where the program fails or does not end.
'use strict';

const fs = require('fs'), Module = require('module'), path = require('path'), vm = require('vm');

const FOLDER = path.join(__dirname, '../../spec/implementations/js');
const MAX_MILLISECONDS = 60000;  // for one input; a misreading may never end
const ORIGINAL = Object.fromEntries(['reader.js', 'words.js', 'writer.js', 'colors.js'].map((file) =>
  [file, fs.readFileSync(path.join(FOLDER, file), 'utf8')]));
const [TABLES] = ORIGINAL['words.js'].match(/^let loaded = null;.*?^}/ms);

// the modules of one implementation; `changed` has the source text of the changed file
function implementation(changed, core) {
  const modules = {};
  process.env.SEMCODEC_LEXICON = core ? '' : path.join(FOLDER, '../../tables/lexicon-1.bin.gz');
  const load = (file) => {
    if (modules[file]) return modules[file];
    const module = new Module(path.join(FOLDER, file), null);
    module.filename = module.id;
    module.require = (id) => (id.startsWith('./') ? load(path.basename(id)) : require(id));
    module._compile(shareTables(changed[file] ?? ORIGINAL[file]), module.filename);
    return (modules[file] = module.exports);
  };
  return load;
}

// words.js with the tables of the first implementation, since loading them takes longer than a test;
// text in which the loading itself is changed stays as it is
function shareTables(source) {
  if (!source.includes(TABLES)) return source;
  return source.replace(TABLES, TABLES.replace('loaded = null;', 'loaded = globalThis.sharedTables ?? null;')
    .replace('  loaded = t;', '  loaded = globalThis.sharedTables = t;'));
}

// the result of one input, or null
const run = new vm.Script('task()');
function resultOf(task) {
  globalThis.task = task;
  try {
    return run.runInThisContext({ timeout: MAX_MILLISECONDS });
  } catch {
    return null;
  }
}

function results({ file, source, core, inputs }) {
  const load = implementation({ [file]: source }, core);
  ['reader.js', 'writer.js'].forEach(load);  // text that is not a program is an error, not a misreading
  return inputs.map((input) => resultOf(() => {
    if (input.length === 1) return load('writer.js').encode(input[0]);
    const [framing, hex, options] = input;
    return load('reader.js').decode(Buffer.from(hex, 'hex'), framing, options);
  }));
}

const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => process.stdout.write(JSON.stringify(results(JSON.parse(line))) + '\n'));
