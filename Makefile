PYTHON ?= .venv/bin/python
# The tests start hundreds of processes, each of which would compile the library again where the
# environment forbids to store bytecode.
export PYTHONDONTWRITEBYTECODE =

.PHONY: check docs links lint types layers kaitai servers page test nightly

# The targets of the gate, two at once. The tests start last and take longest, so their summary is
# the last line.
GATE = lint layers kaitai servers page types test

check:  ## the whole gate
	@$(MAKE) --no-print-directory -j2 $(GATE)

ifneq ($(filter kaitai,$(MAKECMDGOALS)),)
test: kaitai servers page  # which npm writes while the tests would read it
endif

docs:  ## the documentation site, build/site/index.html; every warning is an error
	$(PYTHON) -m sphinx -q -W --keep-going -n -c docs -d build/doctrees . build/site

links:  ## check links to other sites, which needs a network; no test does
	$(PYTHON) -m sphinx -q -b linkcheck -c docs -d build/doctrees . build/links

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(dir $(PYTHON))lint-imports

kaitai:  ## install the compiler of spec/semcodec.ksy; without npm its tests are skipped
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/kaitai; \
	else echo "npm is not installed: the tests of spec/semcodec.ksy will be skipped."; fi

servers:  ## install a third-party mock of OpenAI's API; without npm its tests are skipped
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/servers; \
	else echo "npm is not installed: the tests with aimock will be skipped."; fi

page:  ## install axe-core, which checks the page of `semcodec bench`; without npm that test is skipped
	@if command -v npm > /dev/null; then npm ci --silent --prefix tests/measure/report; \
	else echo "npm is not installed: axe-core will not check the page."; fi

test:  ## all tests, with a sample of the random inputs of `make nightly`
	env -u MAKEFLAGS -u MFLAGS $(PYTHON) -m tests.run_parts  # which cargo would read

nightly: kaitai servers page  ## fuzzing, mutation and a soak test, over an hour; writes docs/nightly.md
	$(PYTHON) bench/nightly.py
