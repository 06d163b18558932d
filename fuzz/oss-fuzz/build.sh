#!/bin/bash -eu
# Build every target of fuzz/targets for OSS-Fuzz. Inputs are buffers for hypothesis, so that there is
# neither a dictionary nor a seed corpus: the strategies contain the tokens and the vectors.
# OSS-Fuzz provides OUT and compile_python_fuzzer, and runs this script in the repository.

pip3 install . hypothesis

for path in fuzz/targets/[a-z]*.py; do
  name=$(basename "$path" .py)
  printf 'from fuzz.atheris_harness import main\n\nmain("%s")\n' "$name" > "fuzz_$name.py"
  # The target is imported by its name, which the packager cannot see. The word tables, Annex C and
  # the vectors are read at run time.
  compile_python_fuzzer "fuzz_$name.py" --paths . --hidden-import "fuzz.targets.$name" \
    --collect-data semcodec --add-data spec/SEMCODEC-1.md:spec --add-data spec/vectors:spec/vectors
done
