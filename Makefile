PYTHON ?= .venv/bin/python

.PHONY: check lint types layers exact test

check: lint types layers exact test  ## the whole gate; all the tests come last

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(dir $(PYTHON))lint-imports

exact:  ## the exact middle is tested to the last branch by its own tests
	$(PYTHON) -m pytest tests/bitstream --cov=semcodec.bitstream --cov-report=term:skip-covered --cov-fail-under=100

test:
	$(PYTHON) -m pytest --cov=semcodec --cov=semcodec_embedded --cov-report=term:skip-covered
