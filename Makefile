# Two commands do all the set-up: `make run` and `make test`. Both need Python 3.11, git and make, and nothing else.
SHELL := bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

# Where Python is told to leave no compiled modules about, they are kept in .venv: hundreds of processes begin with them.
ifdef PYTHONDONTWRITEBYTECODE
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/compiled
endif

.PHONY: help install audit run test check lint types bench faults lock clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: .venv/run.stamp ## what Studyhall needs, without starting it

run: .venv/run.stamp ## start Studyhall: against Discord with DISCORD_TOKEN set, else in its own sandbox
	@exec $(BIN)/studyhall run --or-sandbox

# Walks and faults wait for sockets and processes: one worker more than there are cores keeps those busy. A database
# that lives for a second needs no disk: it lies in memory, where there are two gigabytes for that.
test: .venv/dev.stamp ## the whole test suite
	@room=$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1); ((room < 2000000)) || export TMPDIR=/dev/shm; \
	$(BIN)/python -m pytest -n $$(($$(nproc 2>/dev/null || echo 3) + 1)) --dist loadgroup $(ARGS)

lint: .venv/dev.stamp ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/dev.stamp ## mypy --strict
	@$(BIN)/mypy

check: lint types test ## what CI runs

bench: .venv/dev.stamp ## the figures, one JSON line each
	@$(BIN)/python -m tests.benchmarks

faults: .venv/dev.stamp ## weeks of kills and plagues; ARGS='--minutes 20 --seed 1 [kills|plagues|all]'
	@$(BIN)/python -m tests.faults $(ARGS)

# pip is the one that the lock names: those that come with Python take twice the time over an index's pages. Modules are
# compiled when they are first imported, not all at once. What an interrupted run left behind is installed anew.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
ANEW := $(if $(wildcard .venv/unfinished),--force-reinstall)
define install
@touch .venv/unfinished
@sed -n '/^pip==/,/[^\\]$$/p' $(1) > .venv/pip.lock
@{ test -z "$(ANEW)" && $(BIN)/python -m pip --version >/dev/null 2>&1; } || \
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --no-deps --no-compile \
		--require-hashes $(ANEW) -r .venv/pip.lock 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null
@$(PIP) install --quiet --no-deps --no-compile --require-hashes $(ANEW) -r $(1)
@$(PIP) install -qq --no-deps --no-compile --no-build-isolation -e .
@rm .venv/unfinished
endef

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Studyhall needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=/path/to/python3.11 and try again."; exit 2; }
	@echo "First start: making .venv …"
	@$(PYTHON) -m venv --without-pip .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what Studyhall needs: $$(grep -c == requirements.lock) packages, pinned in requirements.lock …"
	$(call install,requirements.lock)
	@touch $@

# The developers' lock holds all of the other one too, so that one installation makes both.
.venv/dev.stamp: requirements-dev.lock requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing Studyhall's and the developers' tools: $$(grep -c == requirements-dev.lock) packages, pinned in requirements-dev.lock …"
	$(call install,requirements-dev.lock)
	@touch .venv/run.stamp $@

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q
lock: ## renew both lock files (needs uv)
	@$(LOCK) --extra build -o requirements.lock
	@$(LOCK) --extra build --extra dev -c requirements.lock -o requirements-dev.lock

# What cannot be compared is a failure, too: a mirror of the index may have no such list.
audit: .venv/bin/python ## known weaknesses of what is pinned (needs the network)
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && .venv/audit/bin/pip install --quiet pip-audit; }
	@.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r requirements-dev.lock

clean: ## remove what was built
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .sandbox build *.egg-info
