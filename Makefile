# Two commands for newcomers: `make run` and `make test`. Both set everything up first.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& { command -v $$p; break; }; done)
BIN := .venv/bin
export HF_HUB_OFFLINE := 1

.PHONY: setup run test lint clean

setup: .venv/.browser

.venv/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.13 is needed and was not found: install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@echo "Creating .venv and installing dependencies (a few minutes the first time) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "torch~=2.13.0"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $@

.venv/.browser: .venv/.installed
	@$(BIN)/python -m webdreamer_app.browser.chromium
	@touch $@

run: setup
	@$(BIN)/webdreamer demo

test: setup lint
	$(BIN)/python -m pytest -n 2 --dist loadscope

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
