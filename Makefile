PYTHON ?= .venv/bin/python

.PHONY: check lint types layers test

check: lint types layers test  ## the whole gate; the tests come last

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(dir $(PYTHON))lint-imports

test:
	$(PYTHON) -m pytest --cov=semcodec --cov-report=term:skip-covered
