#!/bin/bash -eu
# Build every target of fuzz/targets for OSS-Fuzz, each with its dictionary and its corpus.
# OSS-Fuzz gives OUT, WORK and compile_python_fuzzer, and runs this in the repository.

pip3 install .
python3 -m fuzz generate --out "$WORK/corpus"

for path in fuzz/targets/[a-z]*.py; do
  name=$(basename "$path" .py)
  printf 'from fuzz.harness import main\n\nmain("%s")\n' "$name" > "fuzz_$name.py"
  # The target is imported by name, so the packager has to be told of it, and of the word tables.
  compile_python_fuzzer "fuzz_$name.py" --paths . --hidden-import "fuzz.targets.$name" \
    --collect-data semcodec
  cp fuzz/dictionary.txt "$OUT/fuzz_$name.dict"
  (cd "$WORK/corpus/$name" && zip -q -r "$OUT/fuzz_${name}_seed_corpus.zip" .)
done
