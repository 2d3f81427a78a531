# `make demo` and `make test` set up everything they need; nothing else has to be installed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test run lint format words bench bench-reports simulate month pictures wires storms

$(VENV)/run-ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Ra Lớp needs Python 3.11 or newer'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/test-ready: requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run-ready

demo: $(VENV)/run-ready
	@$(BIN)/python -m bot demo $(ARGS)

run: $(VENV)/run-ready
	@$(BIN)/python -m bot run

test: $(VENV)/test-ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

lint: $(VENV)/test-ready
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/test-ready
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/ruff format -q .

words: $(VENV)/test-ready
	@$(BIN)/python locales/update.py

bench: $(VENV)/test-ready
	@$(BIN)/python -m tests.bench $(ARGS)

bench-reports: $(VENV)/test-ready
	@$(BIN)/python -m tests.reports_bench $(ARGS)

simulate: $(VENV)/test-ready
	@$(BIN)/python -m tests.simulation $(ARGS)

month: $(VENV)/test-ready
	@$(BIN)/python -m tests.month $(ARGS)

pictures: $(VENV)/test-ready
	@$(BIN)/python -m tests.pictures

# Every transcript on Telegram's, Zalo's and the web's wire, against `ralop run`.
wires: $(VENV)/test-ready
	@$(BIN)/python -m tests.wires $(ARGS)

# Sixty times kill -9 on each wire while people report.
storms: $(VENV)/test-ready
	@$(BIN)/python -m tests.wires.storm $(ARGS)
