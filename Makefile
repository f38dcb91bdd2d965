# `make demo` and `make test` need nothing but Python 3.11 or newer: they fill .venv first.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq -c constraints.txt
HINT := 'needs Python 3.11 or newer with venv and pip. Debian, Ubuntu: apt install python3-venv.' \
        'Another Python: make PYTHON=/path/to/python3.12 ...'

.PHONY: demo test check lint types docs reference clean

demo: .venv/stamp
	@$(BIN)/boxwright demo --out build/demo

test: .venv/stamp
	@$(BIN)/pytest -n auto

check: lint types test

lint: .venv/stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/stamp .link/boxwright
	@$(BIN)/mypy

# The variable silences what Material says of its successor.
docs: .venv/stamp
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo 'look at build/site/index.html'

# The pages of the documentation that are made from code.
reference: .venv/stamp
	@$(BIN)/python docs/write_reference.py
	@$(BIN)/python docs/draw_pictures.py

clean:
	rm -rf .venv .link build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Made last, so an interrupted installation goes on at the next call.
.venv/stamp: setup.cfg constraints.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	    $(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	        || { printf 'make: $(PYTHON) %s\n      %s\n' $(HINT) >&2; exit 1; }; \
	    echo 'making .venv with $(PYTHON)'; \
	    $(PYTHON) -m venv --clear .venv; }
	@echo 'installing into .venv: about 2.4 GB with TensorFlow, some minutes the first time'
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation -e '.[test]'
	@touch $@

# mypy finds a package by its folder's name, and this folder may have any.
.link/boxwright:
	@mkdir -p .link
	@ln -s .. $@
