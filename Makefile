# Two commands do all the set-up: `make run` and `make test`. Both need Python 3.11, git and make, and nothing else.
SHELL := bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help run test check lint types bench lock clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/run.stamp ## start Studyhall: against Discord with DISCORD_TOKEN set, else in its own sandbox
	@exec $(BIN)/studyhall run --or-sandbox

test: .venv/dev.stamp ## the whole test suite
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/dev.stamp ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/dev.stamp ## mypy --strict
	@$(BIN)/mypy

check: lint types test ## what CI runs

bench: .venv/dev.stamp ## the figures, one JSON line each
	@$(BIN)/python -m tests.benchmarks

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Studyhall needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=/path/to/python3.11 and try again."; exit 2; }
	@echo "First start: making .venv …"
	@$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/pyvenv.cfg requirements.lock pyproject.toml
	@echo "Installing what Studyhall needs (pinned in requirements.lock) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	@echo "Installing the developers' tools (pinned in requirements-dev.lock) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q
lock: ## renew both lock files (needs uv)
	@$(LOCK) --extra build -o requirements.lock
	@$(LOCK) --extra build --extra dev -c requirements.lock -o requirements-dev.lock

clean: ## remove what was built
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .sandbox build *.egg-info
