# Two commands to remember: make demo, make test.

PYTHON ?= python3
BIN := .venv/bin
# -n: as many processes as there are processors, within reason.
PYTEST_OPTIONS ?= -n logical --maxprocesses 8

.DEFAULT_GOAL := help
.PHONY: help environment demo test lint docs pytest torture random matrix servers servers-stop bench clean
.NOTPARALLEL:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment:
	@$(PYTHON) tools/environment.py .venv --groups test lint docs

demo: ## Watch a blog being migrated: everything in front of your eyes, on SQLite
	@$(PYTHON) tools/environment.py .venv
	@$(BIN)/python examples/blog/demo.py

test: environment lint docs matrix ## Set up and check everything, on the lowest and the highest Python

lint: environment ## Style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: environment ## Build the documentation: docs/_build/html/index.html
	$(BIN)/python -m sphinx -W --keep-going --quiet -b html docs docs/_build/html

pytest: environment ## The tests, on this Python only (PYTEST_OPTIONS="-k name")
	$(BIN)/python -m tests.servers install
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

torture: environment ## Kill, interrupt and cut off migrations at every statement and at random (takes long; KILLS=100 CROWDS=50)
	GODWIT_TORTURE_STRIDE=1 GODWIT_TORTURE_KILLS=$(or $(KILLS),100) GODWIT_TORTURE_CROWDS=$(or $(CROWDS),50) $(BIN)/python -m pytest tests/torture $(PYTEST_OPTIONS)

random: environment ## Migrate between random pairs of schemas, there and back, with rows (PAIRS=300)
	GODWIT_RANDOM_PAIRS=$(or $(PAIRS),300) $(BIN)/python -m pytest tests/diff/test_random.py $(PYTEST_OPTIONS)

matrix: environment
	$(BIN)/python -m tests.servers install
	$(BIN)/python tools/matrix.py $(PYTEST_OPTIONS)

servers: environment ## Start PostgreSQL, MySQL and MariaDB and let them run: tests begin sooner
	$(BIN)/python -m tests.servers start

servers-stop: ## Stop them
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m tests.servers stop

bench: servers ## Compare with Flask-Migrate (BENCH_OPTIONS="--db sqlite")
	eval "$$($(BIN)/python -m tests.servers env)" && $(BIN)/python -m bench $(BENCH_OPTIONS)

clean: ## Remove all that was made: environments, servers, caches
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m tests.servers stop
	rm -rf .venv .venvs .servers .cache .*_cache .hypothesis build dist docs/_build
