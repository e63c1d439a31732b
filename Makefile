# Everything a fresh machine needs: Python 3.11 or later, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
MODULES = $(shell cd src && find radiosens -name '*.py' ! -path '*/_[a-z]*' | sort | sed 's,/__init__.py,,; s,\.py,,; s,/,.,g')

.PHONY: help demo test lint types contracts docs wheel browser clean

help:  ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## the paper's experiment on a simulated panel (demo/), then a prediction (demo_predictions/)
	$(BIN)/radiosens reproduce simulated --preset quick --out demo
	$(BIN)/python scripts/make_demo_samples.py demo_samples.csv
	$(BIN)/radiosens predict demo_samples.csv --out demo_predictions

test: lint types contracts docs wheel browser  ## everything that must pass before a commit
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY)  ## style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## types, strictly
	$(BIN)/mypy

contracts: $(READY)  ## imports point one way
	$(BIN)/lint-imports --no-cache

docs: $(READY)  ## API reference from the docstrings, in docs/api/
	$(BIN)/python -W error -W "ignore:The module specification" -m pdoc $(MODULES) --docformat numpy --output-directory docs/api

wheel: $(READY)  ## build a wheel, install it in a fresh environment, and use it
	PYTHON=$(BIN)/python sh tests/wheel.sh

browser:  ## Debian's Chromium for tests in a browser, where it is not there and may be installed
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; done; \
	[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update >/dev/null 2>&1 && \
		DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -qq install --no-install-recommends --yes \
		chromium >/dev/null 2>&1 || echo "no chromium here: tests in a browser are skipped"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "radiosens needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:  ## remove what was made
	rm -rf $(VENV) demo demo_samples.csv demo_predictions docs/api dist
