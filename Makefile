# `make run` and `make test` do all the set-up; Python 3.11+ with venv and pip is all they assume.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
STORE ?= folder
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check bench soak bootstrap lock

run: $(VENV)/.run
	@PATH="$(CURDIR)/$(BIN):$$PATH" MIDSTROKE_HOST=$(HOST) MIDSTROKE_PORT=$(PORT) $(BIN)/python -m infra.run --store $(STORE)

test: $(VENV)/.dev
	$(BIN)/python -m pytest
	$(BIN)/python -m infra.node --test "tests/frontend/**/*.test.js"

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(BIN)/python -m infra.node check

bench: $(VENV)/.proof $(PEERS)/.peers  ## every figure of docs/performance.md, under 15 minutes on an idle machine
	$(BIN)/python -m infra.bench --peers $(PEERS)/bin/python

soak: $(VENV)/.proof  ## every promise of docs/reliability.md, 20 minutes on a fast machine
	$(BIN)/python -m infra.soak --docs docs/reliability.md

bootstrap: $(VENV)/.run  ## the first models that ship: make bootstrap DRAWINGS="a.ndjson.gz b.ndjson.gz"
	@test -n "$(DRAWINGS)" || { echo 'usage: make bootstrap DRAWINGS="file.ndjson.gz ..."' >&2; exit 2; }
	$(BIN)/midstroke train --no-store $(foreach file,$(DRAWINGS),--drawings $(file)) --publish-to training/first_models

lock:  ## new pinned requirements from pyproject.toml
	infra/lock.sh $(BIN)/uv

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python {sys.version.split()[0]} at {sys.executable}; Midstroke needs 3.11 or later: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the service and the trainer need into $(VENV) (once, a minute or two)"
	$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the tests and checks need into $(VENV)"
	$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.proof: requirements/proof.txt $(VENV)/.dev
	@echo "Installing what the benchmarks and the soak need into $(VENV)"
	$(PIP_INSTALL) --require-hashes -r requirements/proof.txt
	@touch $@

$(PEERS)/.peers: requirements/peers.txt
	@echo "Installing the peers that the benchmarks compare with into $(PEERS)"
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	@touch $@
