# Three commands: make demo, make test, make bench. Each makes the environment it needs.
PYTHON ?= python3
DEMO_BIN = .venv/bin
TEST_BIN = .venv-test/bin
PIP_FLAGS = --quiet --disable-pip-version-check

.PHONY: demo test bench clean

demo: .venv/installed
	$(DEMO_BIN)/picosieve demo --project demo

test: .venv-test/installed
	$(TEST_BIN)/ruff format --check .
	$(TEST_BIN)/ruff check .
	$(TEST_BIN)/mypy
	$(TEST_BIN)/lint-imports
	$(TEST_BIN)/python -m pytest -n 2 -q

bench: .venv-test/installed
	$(TEST_BIN)/python -m benchmarks

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(DEMO_BIN)/python -m pip install $(PIP_FLAGS) --editable .
	touch $@

.venv-test/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-test
	$(TEST_BIN)/python -m pip install $(PIP_FLAGS) --constraint constraints.txt --editable '.[postgres,test]'
	touch $@

clean:
	rm -rf .venv .venv-test demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
