# Two commands do all set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAGE := $(shell find web -name node_modules -prune -o -name schema.d.ts -o -name .lock -o -type f -print)
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q -c constraints.txt

.PHONY: run run-postgres test check page bench faults docs picture pictures clean

run: $(VENV)/.run  ## the sample app, on the embedded default
	$(BIN)/python scripts/sample_data.py elements
	$(BIN)/jittask run elements --console

run-postgres: export HARBOUR_URL ?= postgresql+psycopg://postgres@127.0.0.1:5432/postgres
run-postgres: $(VENV)/.postgres  ## a table of another application's, on PostgreSQL (HARBOUR_URL)
	$(BIN)/python scripts/order_desk.py
	$(BIN)/jittask run docs/examples/existing_database --console

test: page  ## the whole suite
	$(BIN)/python -m scripts.page test
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.dev  ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m scripts.page run check

page: $(VENV)/.dev  ## the console's page, where its sources have changed
	$(BIN)/python -m scripts.page

bench: $(VENV)/.bench  ## against peers and floors
	$(BIN)/python benchmarks/next_occurrence.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python -m benchmarks.records
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/validate.py
	$(BIN)/python benchmarks/reload.py
	$(BIN)/python benchmarks/many.py
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/lateness.py
	$(BIN)/python -m benchmarks.fleet

faults: $(VENV)/.dev  ## the fault tests in full
	JITTASK_FAULT_ROUNDS=100 $(BIN)/python -m pytest tests/faults tests/fleet/test_faults.py -n 3 -rP -o timeout=0
	JITTASK_HOSTILE_ALONE=1 $(BIN)/python -m pytest tests/hostile -n 2
	JITTASK_ROW_ROUNDS=100 $(BIN)/python -m pytest tests/rows -n 3 -rP -o timeout=0
	JITTASK_FUZZ_ROUNDS=20000 $(BIN)/python -m pytest tests/compiler/test_fuzz.py -n 2 -o timeout=0
	JITTASK_FUZZ_ROUNDS=5000 $(BIN)/python -m pytest tests/schedule -n 2 -o timeout=0

docs: $(VENV)/.bench  ## the documentation, into site/
	$(BIN)/python scripts/reference.py
	$(BIN)/python scripts/compared.py
	$(BIN)/python -m scripts.timing_compared
	$(BIN)/mkdocs build --strict

picture: $(VENV)/.dev  ## the README's picture, from a real run
	$(BIN)/python scripts/terminal_picture.py docs/img/terminal.svg

pictures: page  ## the console's pictures, from a real run
	$(BIN)/python -m scripts.console_pictures docs/img

clean:
	rm -rf $(VENV) site dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt hatch_build.py $(PAGE) | $(VENV)/bin/python
	$(PIP) -e .
	touch $@

$(VENV)/.postgres: pyproject.toml constraints.txt | $(VENV)/.run
	$(PIP) -e '.[postgres]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/.run $(VENV)/.postgres

$(VENV)/.bench: pyproject.toml constraints.txt | $(VENV)/.dev
	$(PIP) -e '.[dev,bench]'
	touch $@
