# Everything here works on a machine that has only Python (3.11 or later, with venv), git and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test bench fault lock clean
.DEFAULT_GOAL := test

# The stamp is written last: a half-made environment is made again.
.venv/stamp: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) --require-hashes --only-binary :all: -r requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

demo: .venv/stamp  ## the real daemon against a TeleCMI look-alike, on this terminal
	$(BIN)/notifier demo

test: .venv/stamp  ## what CI runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n auto --maxprocesses 4 --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: .venv/stamp  ## figures, not assertions
	$(BIN)/python -m bench

fault: .venv/stamp  ## what it survives: the real daemon under faults; about a quarter of an hour
	$(BIN)/python -m tests.fault $(ARGS)

lock:  ## after changing dependencies in pyproject.toml; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-header \
	  --no-emit-index-url --no-annotate --quiet pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-header \
	  --no-emit-index-url --no-annotate --quiet --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .venv-peer .bench-* .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
