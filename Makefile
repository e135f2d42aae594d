# Everything a person or the pipeline does here is one of these words. `make` alone lists them.

PYTHON ?= python3
IN := .venv/bin/python
VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BASE ?= python:3.13-slim

.DEFAULT_GOAL := help
.PHONY: help run test check ahead prove lock format clean venv-run venv-dev \
	lint types contracts security locked unit integration e2e containers coverage images gate

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "; print "make <word>, where <word> is one of"} \
		/^## / {printf "\n%s\n", substr($$0, 4)} \
		/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

## Every day
run: venv-run ## Start the assistant: a chat page, or real Telegram with TELEGRAM_BOT_TOKEN set
	@$(IN) -m local run

test: venv-dev ## Run every test that this machine can run, and say which it cannot
	@$(IN) -m local test

check: venv-dev ## Run the static gates: format, style, types, imports, security, locks
	@$(IN) -m local check

format: venv-dev ## Rewrite the code in the project's format
	@$(IN) -m isort --quiet . && $(IN) -m black --quiet .

ahead: venv-dev ## Run the tests again on a clock two years ahead
	@$(IN) -m local test --ahead

prove: venv-dev ## Run the long proofs and benchmarks, or those in PROOFS="name name"
	@$(IN) -m local prove $(PROOFS)

## Now and then
lock: venv-dev ## Lock the dependencies again with hashes; UPGRADE=1 takes the newest versions
	@$(IN) -m local lock $(if $(UPGRADE),--upgrade)

images: ## Build an image for each program with `docker`
	@for program in market-data telegram-bot; do \
		echo "Building crypto-assistant/$$program on $(BASE) ..."; \
		docker build --quiet --tag crypto-assistant/$$program --build-arg BASE=$(BASE) \
			--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
			--file infrastructure/docker/$$program.Dockerfile . || exit 1; \
	done

clean: ## Remove the virtual environment and everything that tools and runs left behind
	@rm -rf .venv .run .mypy_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

## The pieces that the pipeline calls
lint: venv-dev ## black, isort and flake8
	@$(IN) -m local check black isort flake8

types: venv-dev ## mypy, strict
	@$(IN) -m local check mypy

contracts: venv-dev ## Who may import whom, and which steps the database may take
	@$(IN) -m local check contracts migrations

security: venv-dev ## bandit: any finding of medium severity or more fails
	@$(IN) -m local check bandit

locked: venv-dev ## The lock files fit pyproject.toml, every package with hashes
	@$(IN) -m local check locks

unit: venv-dev ## Tests of one part alone
	@$(IN) -m local test unit

integration: venv-dev ## Tests of parts together, over real sockets and processes
	@$(IN) -m local test integration

e2e: venv-dev ## Tests of the whole assistant, from market to chat
	@$(IN) -m local test e2e

containers: venv-dev ## Tests that build, start and ask every image
	@$(IN) -m local test containers

coverage: venv-dev ## Put together what the tests covered and hold it to the floors
	@$(IN) -m local test coverage

gate: ## Fail unless every job in NEEDS succeeded; closes a workflow
	@$(PYTHON) scripts/local/gate.py

venv-run venv-dev: venv-%:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Install it, for example: sudo apt-get install python3 python3-venv" >&2; \
		exit 1; }
	@$(PYTHON) scripts/local/environment.py $*
