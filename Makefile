# Everything here needs only Python 3.11+, make and a C library.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test chaos mutation test-browser check format bench bench-history bench-continuity requirements
.DEFAULT_GOAL := run

.venv: requirements-dev.txt pyproject.toml
	@echo "Setting up .venv from the pinned requirements (about a minute, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch .venv

run: .venv
	@$(BIN)/bot dev

# On every core; what measures
# time runs afterwards, alone.
test: .venv
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal --cov --cov-report=term-missing:skip-covered \
	  -m "not alone and not slow_chaos and not browser and not live"
	@$(BIN)/python -m pytest -m "alone and not slow_chaos and not browser and not live"

# The long forms: 2,000 messages of 100 people, processes and database killed again and again;
# ten handoffs with every summariser, dying at every wait, 10,000 calls accounted for.
chaos: .venv
	@$(BIN)/python -m pytest -m slow_chaos

# Which faults in the deciding modules their tests notice; fails under 90 %.
mutation: .venv
	@$(BIN)/python -m tests.mutation --least 90 context.policy tests/context/test_policy.py
	@$(BIN)/python -m tests.mutation --least 90 context.tidying tests/context/test_tidying.py
	@$(BIN)/python -m tests.mutation --least 90 context.compaction tests/context/test_compaction.py
	@$(BIN)/python -m tests.mutation --least 90 context.handoff tests/context/test_handoff.py

test-browser: .venv
	@$(BIN)/python -m pytest -m browser tests/browser

check: .venv
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

format: .venv
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python -m tests.configuration

bench: .venv
	@$(BIN)/python -m tests.bench

# A million handoffs, and what each question about them takes in the database.
bench-history: .venv
	@$(BIN)/python -m tests.bench.history

# What long conversations still know, by strategy; URL=http://… adds any bot.
bench-continuity: .venv
	@$(BIN)/python -m tests.bench.continuity $(if $(URL),--url $(URL))

# Pins again from the bounds in pyproject.toml; needs uv, and writes no host name.
requirements:
	uv pip compile pyproject.toml --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header --python-version 3.11 -q -o requirements.txt
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header --python-version 3.11 -c requirements.txt -q -o requirements-dev.txt
