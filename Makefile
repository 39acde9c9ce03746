# `make run` and `make test` need nothing but Debian 12, Python 3.11 and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DATA := $(or $(MATCHMAKER_DATA),var)
# The address of a PyTorch wheel index, to install its small CPU build first; see the README.
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help setup run test lint bench screens clean
.DELETE_ON_ERROR:

help:
	@echo "make run    set everything up and serve the platform with the demo district"
	@echo "make test   set everything up and run all checks and tests"
	@echo "make setup  everything but starting       make lint   style, types, import order"
	@echo "make bench  all benchmarks (minutes)      make screens  pictures of every page into docs/screens"
	@echo "make clean  remove the environment, keep the data"

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: apt-get install python3.11 python3.11-venv" >&2; exit 1; }
	@echo "python: making $(VENV)"
	@rm -rf $(VENV).part
	@$(PYTHON) -m venv $(VENV).part >/dev/null || { rm -rf $(VENV).part; echo "$(PYTHON) cannot make a virtual environment: apt-get install python3.11-venv" >&2; exit 1; }
	@rm -rf $(VENV).part && $(PYTHON) -m venv $(VENV)

# One stamp per requirements file: an interrupted installation leaves none, so the next start goes on with it.
$(VENV)/.%.installed: %.txt | $(BIN)/python
	@avail=$$(df -Pm . | awk 'NR==2 {print $$4}'); [ "$$avail" -ge 3000 ] || { echo "the disk has $$avail MB left, setting up needs 3000 MB: free some space" >&2; exit 1; }
	@if [ -n "$(TORCH_INDEX)" ]; then echo "python: installing torch (CPU build)"; $(PIP) install -q --progress-bar on $$(grep '^torch==' requirements.txt) --index-url "$(TORCH_INDEX)"; fi
	@echo "python: installing $< (the first time this takes minutes)"
	@$(PIP) install -q --progress-bar on -r $< || { echo "installing $< failed; the lines above say why. Run the same command again to go on." >&2; exit 1; }
	@touch $@

$(VENV)/.requirements-dev.installed: requirements.txt

$(VENV)/.translations: $(wildcard matchmaker/web/translations/*/LC_MESSAGES/*.po) | $(VENV)/.requirements.installed
	@echo "pages: compiling translations"
	@$(BIN)/python -c "from matchmaker.web.language import compile_catalogues; compile_catalogues()"
	@touch $@

setup: $(VENV)/.requirements.installed $(VENV)/.translations
	@$(BIN)/python -m matchmaker init

# What `make run` serves is the demo: its letters and logins may be seen.
run: setup
	@MATCHMAKER_DEVELOPMENT=$${MATCHMAKER_DEVELOPMENT:-yes} exec $(BIN)/python -m matchmaker run

lint: $(VENV)/.requirements-dev.installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# What loads the real model or a browser comes last, a whole file in one process: two models at once need 3 GB.
test: lint $(VENV)/.translations
	@$(BIN)/python -m pytest -q -n 2 -m "not slow"
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m slow

bench: $(VENV)/.requirements-dev.installed $(VENV)/.requirements-bench.installed
	@$(BIN)/python -m benchmarks

# Needs chromium, and an installation with the demo district (`make setup`).
screens: setup $(VENV)/.requirements-dev.installed
	@$(BIN)/python -m tests.screens

clean:
	rm -rf $(VENV) $(VENV).part
