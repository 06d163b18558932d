PYTHON ?= .venv/bin/python

.PHONY: check lint types layers generated kaitai servers exact test

check: lint types layers generated kaitai servers exact test  ## the whole gate; all the tests come last

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(dir $(PYTHON))lint-imports

generated:  ## constants, tables, enums, vectors and pages say what their sources say
	$(PYTHON) spec/generate.py --check
	$(PYTHON) spec/make_vectors.py --check
	$(PYTHON) -m tests.backends.openai.page --check

kaitai:  ## the compiler of the second implementation; its tests are skipped without it
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/kaitai; \
	else echo "There is no npm: the tests of spec/semcodec.ksy will be skipped."; fi

servers:  ## a server of OpenAI's API that is not ours; its tests are skipped without it
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/servers; \
	else echo "There is no npm: the tests with aimock will be skipped."; fi

exact:  ## the exact middle is tested to the last branch by its own tests
	$(PYTHON) -m pytest tests/bitstream --cov=semcodec.bitstream --cov-report=term:skip-covered --cov-fail-under=100

test:
	$(PYTHON) -m pytest --cov=semcodec --cov=semcodec_embedded --cov-report=term:skip-covered
