# Everything runs in the environment .venv, which is made when it is first needed and brought up to date when
# pyproject.toml changes. pip takes its settings from the environment (PIP_INDEX_URL, PIP_FIND_LINKS, ...).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The browser tests are one xdist group: one worker has the server and the browser, the other takes the rest.
PYTEST_ARGS ?= -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: demo test test-frameworks gallery bench bench-full clean help

demo: $(VENV)/installed-demo ## Open mnist_demo.ipynb in Jupyter; with no terminal, run it and print the best experiment
	@if [ -t 0 ] && [ -t 1 ]; then \
		exec $(BIN)/python -m notebook $(if $(filter 0,$(shell id -u)),--allow-root) mnist_demo.ipynb; \
	else \
		exec $(BIN)/python tools/run_demo.py mnist_demo.ipynb; \
	fi

test: $(VENV)/installed-test ## Run the linters, the type checker and all tests; gets a Chromium if there is none
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if CHROMIUM=$$(bash tools/get_chromium.sh $(BIN)/python); then \
		export CHROMIUM; \
		echo "$(BIN)/pytest $(PYTEST_ARGS)   # with $$CHROMIUM"; \
		exec $(BIN)/pytest $(PYTEST_ARGS); \
	fi; \
	case "$${CI:-false}" in \
		false|0) ;; \
		*) echo "make test: no Chromium, and under CI no test may be left out." >&2; exit 1 ;; \
	esac; \
	echo "make test: no Chromium: LEFT OUT are the tests in tests/browser (pytest -m browser)." >&2; \
	$(BIN)/pytest $(PYTEST_ARGS) -m "not browser" || exit; \
	echo "make test: passed, but without the tests in tests/browser: there was no Chromium." >&2

test-frameworks: $(VENV)/installed-test-frameworks ## Test the callbacks with the frameworks, which are large to download
	$(BIN)/pytest tests/integrations

gallery: $(VENV)/installed-test ## Make the pictures of the README anew, of the browser tests' screenshots
	CHROMIUM=$$(bash tools/get_chromium.sh $(BIN)/python) $(BIN)/pytest tests/browser/test_gallery.py
	$(BIN)/python tools/gallery.py

bench: $(VENV)/bench/installed ## Measure all workloads of benchmarks/ in their short form, beside other trackers (five minutes)
	CHROMIUM=$$(bash tools/get_chromium.sh $(VENV)/bench/bin/python) $(VENV)/bench/bin/python -m benchmarks all --quick

bench-full: $(VENV)/bench/installed ## The same in full, and write the tables into benchmarks/README.md
	CHROMIUM=$$(bash tools/get_chromium.sh $(VENV)/bench/bin/python) $(VENV)/bench/bin/python -m benchmarks all --write

clean: ## Remove the environment, caches and pictures (never records/)
	rm -rf $(VENV) build dist screenshots
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find researcher benchmarks tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "PYTHON=... names the Python (3.11 or later) to make $(VENV) with; CHROMIUM=... the browser to test with."

# Stamps: .venv/created, and .venv/installed-EXTRA, which is newer than pyproject.toml when up to date.
$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not one ($$($(PYTHON) --version 2>&1))." >&2; \
		echo "Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed-%: pyproject.toml | $(VENV)/created
	@echo "Installing the package and its '$*' extra into $(VENV) (the first time takes a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

# The other trackers bring some two hundred packages along, and so have an environment of their own.
$(VENV)/bench/installed: pyproject.toml benchmarks/install.py | $(VENV)/created
	@echo "Installing other trackers into $(VENV)/bench (the first time takes a few minutes) ..."
	@$(PYTHON) -m venv $(VENV)/bench
	@$(VENV)/bench/bin/python -m benchmarks.install
	@touch $@
