PYTHON ?= .venv/bin/python

.PHONY: check lint types layers kaitai servers test nightly

check: lint types layers kaitai servers test  ## the whole gate; all the tests come last

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(dir $(PYTHON))lint-imports

kaitai:  ## the compiler of the second implementation; its tests are skipped without it
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/kaitai; \
	else echo "There is no npm: the tests of spec/semcodec.ksy will be skipped."; fi

servers:  ## a server of OpenAI's API that is not ours; its tests are skipped without it
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/servers; \
	else echo "There is no npm: the tests with aimock will be skipped."; fi

# Two workers, a file each; tests/bitstream come first and alone are traced: they must cover the exact
# middle to the last branch (conftest.py says how, and why the order matters).
test:  ## all tests, with a sample of the random inputs of `make nightly`
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder \
		--cov=semcodec.bitstream --cov=semcodec.coding --cov-report=term:skip-covered --cov-fail-under=100

nightly: kaitai servers  ## what takes long: about 20 minutes; the result is written to docs/nightly.md
	$(PYTHON) bench/nightly.py
