#!/bin/bash -eu
# Build every target of fuzz/targets for OSS-Fuzz. Inputs are buffers for hypothesis: the strategies
# contain the tokens of a dictionary and the vectors, and the seed corpus has random buffers.
# OSS-Fuzz provides OUT, WORK and compile_python_fuzzer, and runs this script in the repository.

pip3 install . hypothesis
python3 -c 'import sys, pathlib, fuzz.engine; fuzz.engine.write_buffers(pathlib.Path(sys.argv[1]))' \
  "$WORK/corpus"

for path in fuzz/targets/[a-z]*.py; do
  name=$(basename "$path" .py)
  printf 'from fuzz.atheris_harness import main\n\nmain("%s")\n' "$name" > "fuzz_$name.py"
  # The target is imported by its name, which the packager cannot see. The word tables, Annex C and
  # the vectors are read at run time.
  compile_python_fuzzer "fuzz_$name.py" --paths . --hidden-import "fuzz.targets.$name" \
    --collect-data semcodec --add-data spec/SEMCODEC-1.md:spec --add-data spec/vectors:spec/vectors
  (cd "$WORK/corpus" && zip -q -r "$OUT/fuzz_${name}_seed_corpus.zip" .)
done
