# `make run` and `make test` do all the set-up; Python 3.11 to 3.13 with venv and pip is all they assume.
PYTHON ?= python3
PORT ?= $(or $(MIDSTROKE_PORT),8000)
HOST ?= $(or $(MIDSTROKE_HOST),127.0.0.1)
STORE ?= folder
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# More than cores: many tests wait for servers, kills and time-outs.
TEST_WORKERS ?= 4
# In the order of tests/conftest.py: xdist would put files of few tests, and so single long trials, last.
PYTEST := $(BIN)/python -m pytest -q --dist loadfile --no-loadscope-reorder
# Each worker imports all files that it collects, those of deselected tests too.
NO_BROWSER := --ignore tests/browser
# These wait for nothing: more workers than cores would only import everything once more.
FAST := $(NO_BROWSER) -n logical --maxprocesses $(TEST_WORKERS) -m "not slow and not browser and not server" --hypothesis-profile=fast
COVERAGE ?=
# A browser or a server that had too little of the processor beside others gets one more try, alone; a fault fails again.
ALONE := $(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none --session-timeout 900

# Without compiled files every server that a test starts would compile all of the code again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-browser test-slow test-fast coverage check docs bench soak bootstrap lock
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.run  ## service and trainer; PORT=8000 HOST=127.0.0.1 STORE=folder|minio PYTHON=python3
	@PATH="$(CURDIR)/$(BIN):$$PATH" MIDSTROKE_HOST=$(HOST) MIDSTROKE_PORT=$(PORT) $(BIN)/python -m infra.run --store $(STORE)

test: test-fast test-browser test-slow  ## every test: real browsers, servers and kills too

test-browser: $(VENV)/.dev  ## the tests with a real Chromium
	$(PYTEST) -n $(TEST_WORKERS) -m browser tests/browser || $(ALONE)

test-slow: $(VENV)/.dev  ## the tests with an S3 server, training, kills and trials
	$(PYTEST) $(NO_BROWSER) -n $(TEST_WORKERS) -m "(slow or server) and not browser and not ray" || $(ALONE)
	$(PYTEST) -m ray tests/training

test-fast: $(VENV)/.dev  ## the tests without browser, S3 server, training, kills and trials
	$(PYTEST) $(FAST) $(COVERAGE)
	$(BIN)/python -m infra.node --test "tests/frontend/**/*.test.js"

coverage: COVERAGE := --cov --cov-report=term
coverage: test-fast  ## test-fast with its branch coverage

check: $(VENV)/.dev  ## ruff, mypy, order of imports, tsc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_imports.py
	$(BIN)/python -m infra.node check

docs: $(VENV)/.docs  ## the documentation as a site, in site/; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "site/index.html"

bench: $(VENV)/.proof $(PEERS)/.peers  ## every figure of docs/performance.md, half an hour on 2 cores
	$(BIN)/python -m infra.bench --peers $(PEERS)/bin/python

soak: $(VENV)/.proof  ## every promise of docs/reliability.md, over 40 minutes on 2 cores
	$(BIN)/python -m infra.soak --docs docs/reliability.md

bootstrap: $(VENV)/.run  ## trains the models that ship: make bootstrap DRAWINGS="a.ndjson.gz b.ndjson.gz" SYMBOLS="letters.ndjson.gz"
	@test -n "$(DRAWINGS)" || { echo 'usage: make bootstrap DRAWINGS="file.ndjson.gz ..."' >&2; exit 2; }
	$(BIN)/midstroke train --no-store $(foreach file,$(DRAWINGS),--drawings $(file)) \
	  $(foreach file,$(SYMBOLS),--symbols $(file)) --publish-to training/first_models

lock: $(VENV)/.dev  ## new pinned requirements from pyproject.toml
	infra/lock.sh $(BIN)/uv

# Refused at once where no wheels fit, before a minute of installing.
$(VENV)/bin/python:
	@$(PYTHON) infra/platforms.py
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python infra/platforms.py || { echo 'midstroke: $(VENV) was made with that Python; remove it first' >&2; exit 1; }
	@echo "Installing what the service and the trainer need into $(VENV) (once, a minute or two)"
	$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the tests and checks need into $(VENV)"
	$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.docs: requirements/docs.txt $(VENV)/.run
	@echo "Installing what the documentation is built with into $(VENV)"
	$(PIP_INSTALL) --require-hashes -r requirements/docs.txt
	@touch $@

$(VENV)/.proof: requirements/proof.txt $(VENV)/.dev
	@echo "Installing what the benchmarks and the soak need into $(VENV)"
	$(PIP_INSTALL) --require-hashes -r requirements/proof.txt
	@touch $@

$(PEERS)/.peers: requirements/peers.txt
	@$(PYTHON) infra/platforms.py
	@echo "Installing the peers that the benchmarks compare with into $(PEERS)"
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	@touch $@
