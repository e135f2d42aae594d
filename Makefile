# Everything a person or the pipeline does here is one of these words. `make` alone lists them.

PYTHON ?= python3
IN := .venv/bin/python
# With what deploys and nothing else: it runs where the right to deploy is.
AT := PYTHONPATH=scripts:services/common .venv-deploy/bin/python
BARE := PYTHONPATH=scripts:services/common $(PYTHON)
VERSION ?= $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
REVISION ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
TREE ?= $(shell git rev-parse 'HEAD^{tree}' 2>/dev/null || echo unknown)
BASE ?= python:3.13-slim

.DEFAULT_GOAL := help
SAFETY_VENV := $(if $(SAFETY_API_KEY),venv-safety-current)

.PHONY: help run test check ahead previous prove lock format clean venv-run venv-dev venv-tools venv-checkov venv-safety \
	generated reasons haproxy lint types contracts security secrets vulnerabilities licences documentation \
	duplication docstrings workflows dockerfiles templates locked canaries branch sbom sign facts faketime \
	vendor-safety secrets-history performance-report weekly-report deployment-page probe mirror tell dashboard release-start release-publish hooks unit integration e2e containers coverage images others gate \
	built release release-again promotion provenance approval place smoke notify venv-deploy \
	deploy-verify deploy-apply deploy-rollback deploy-record deploy-report

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "; print "make <word>, where <word> is one of"} \
		/^## / {printf "\n%s\n", substr($$0, 4)} \
		/^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' Makefile

## Every day
run: venv-run ## Start the assistant: a chat page, or real Telegram with TELEGRAM_BOT_TOKEN set
	@$(IN) -m local run

test: venv-dev venv-tools venv-checkov venv-safety ## Run every test that can run here; COVERAGE=1 says what they cover
	@$(IN) -m local test

check: venv-dev venv-tools venv-checkov venv-safety ## Run the static gates, or those in GATES="name name"
	@$(IN) -m local check $(GATES)

format: venv-dev ## Rewrite the code in the project's format
	@$(IN) -m isort --quiet . && $(IN) -m black --quiet .

ahead: venv-dev venv-tools venv-checkov venv-safety ## Run the tests again on a clock two years ahead
	@$(IN) -m local test --ahead

prove: venv-dev ## Run the long proofs and benchmarks, or those in PROOFS="name name"
	@$(IN) -m local prove $(PROOFS)

previous: venv-dev ## Run the tests of the release before on the database of this commit
	@$(IN) -m local previous

## Now and then
lock: venv-dev ## Lock the dependencies again with hashes; UPGRADE=1 takes the newest versions
	@$(IN) -m local lock $(if $(UPGRADE),--upgrade)

generated: venv-dev venv-tools ## Write the generated pages again
	@$(IN) -m gates.drift --write

images: ## Build an image for each program with `docker`
	@for program in market-data telegram-bot playground; do \
		echo "Building crypto-assistant/$$program on $(BASE) ..."; \
		docker build --quiet --tag crypto-assistant/$$program --build-arg BASE=$(BASE) \
			--build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) --build-arg TREE=$(TREE) \
			--file infrastructure/docker/$$program.Dockerfile . || exit 1; \
	done

others: ## Pull the images of others that docker-compose.yml names
	@sed -n 's/^ *image: \(docker\.io.*\)/\1/p' docker-compose.yml | xargs -n 1 docker pull --quiet

hooks: venv-dev venv-tools ## Let git run the quick gates before each commit
	@.venv-tools/bin/pre-commit install

clean: ## Remove the virtual environment and everything that tools and runs left behind
	@rm -rf .venv .venv-* .run performance-report.html .mypy_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

## The pieces that the pipeline calls
lint: venv-dev ## black, isort and flake8
	@$(IN) -m local check black isort flake8

types: venv-dev ## mypy, strict
	@$(IN) -m local check mypy

contracts: venv-dev ## Who may import whom, which steps the database may take, which flags there are
	@$(IN) -m local check contracts migrations flags

security: venv-dev ## bandit: any finding of medium severity or more fails
	@$(IN) -m local check bandit

secrets: venv-dev venv-tools ## gitleaks, with a rule of ours for Telegram tokens
	@$(IN) -m local check secrets

vulnerabilities: venv-dev venv-tools venv-safety ## Known vulnerabilities of what is locked
	@$(IN) -m local check advisories safety

vendor-safety: venv-dev $(SAFETY_VENV) ## Ask safety's vendor, where SAFETY_API_KEY holds a key
	@$(IN) -m gates.safety --current

licences: venv-dev venv-tools ## May we use what we install?
	@$(IN) -m local check licences

documentation: venv-dev venv-tools ## The pages build, links lead, generated pages are current
	@$(IN) -m local check pages drift

duplication: venv-dev ## Less than 5 % of the code stands twice
	@$(IN) -m local check duplication

docstrings: venv-dev venv-tools ## At least 90 % of what is public is described
	@$(IN) -m local check docstrings

workflows: venv-dev venv-tools ## actionlint, zizmor, schemas, YAML and shell
	@$(IN) -m local check actionlint zizmor schemas yaml shellcheck

dockerfiles: venv-dev venv-tools ## hadolint
	@$(IN) -m local check hadolint

templates: venv-dev venv-tools venv-checkov ## cfn-lint and checkov
	@$(IN) -m local check cfn-lint checkov

locked: venv-dev ## The lock files fit pyproject.toml, every package with hashes
	@$(IN) -m local check locks

branch: venv-dev ## The branch of a pull request is well named and goes where it may
	@$(IN) -m gitflow check-pr

unit: venv-dev ## Tests of one part alone
	@$(IN) -m local test unit

integration: venv-dev venv-tools ## Tests of parts together, over real sockets and processes
	@$(IN) -m local test integration

e2e: venv-dev ## Tests of the whole assistant, from market to chat
	@$(IN) -m local test e2e

containers: venv-dev venv-tools ## Tests that build, start and ask every image
	@$(IN) -m local test containers

reasons: venv-dev ## Fail on a test that was NOT RUN without a reason in tests/not-run-here.txt
	@$(IN) -m local reasons

coverage: venv-dev ## Put together what the tests covered and hold it to the floors
	@$(IN) -m local test coverage

canaries: venv-dev venv-tools venv-checkov venv-safety ## Plant a defect for each gate and see that gate alone fail
	@$(IN) -m local test canaries

faketime: ## Install the clock of `make ahead`, where apt can
	@command -v faketime >/dev/null || { sudo apt-get update -qq && sudo apt-get install -y -qq faketime; }

haproxy: ## Install what shifts traffic in the tests of deployments, where apt can
	@command -v haproxy >/dev/null || { sudo apt-get update -qq && sudo apt-get install -y -qq haproxy; }

secrets-history: venv-dev venv-tools ## gitleaks over every commit
	@$(IN) -m gates.secrets --history

performance-report: venv-dev ## Write what `make prove` measured to performance-report.html
	@$(IN) scripts/generate_performance_report.py

weekly-report: venv-dev ## Write what happened in a week to .run/weekly-report.md
	@$(IN) scripts/weekly_report.py

deployment-page: venv-deploy ## Write what runs where to .run/dashboard/index.html
	@$(AT) -m dashboard page --out .run/dashboard/index.html

probe: venv-deploy ## Look at ENVIRONMENT at PROBE_ADDRESS, and tell the ledger what is new
	@$(AT) -m monitoring probe
	@test -z "$$FLAG_OVERRIDES" || $(AT) -m common.features record

mirror: venv-deploy ## Show GitHub what the ledgers say of the newest deployments
	@$(AT) -m deploy.mirror

sbom: venv-dev venv-tools ## Write what is in the image of PROGRAM to .run/sbom.json
	@$(IN) -m supply.sbom $(PROGRAM) .run/sbom.json

sign: venv-dev ## Sign IMAGE, named by digest, and its bill with cosign
	@$(IN) -m supply.sign $(IMAGE)

facts: venv-dev ## Print what the build of an image must know
	@$(IN) -m supply.facts

dashboard: venv-dev ## Open the deployment dashboard on a made-up ledger that says it is one
	@$(IN) -m dashboard page --demonstration --open

release-start: venv-dev ## Start the release named by RELEASE, push it and ask for its merge
	@$(IN) -m gitflow publish-start

release-publish: venv-dev ## Tag the release or hotfix in HEAD_REF, publish it and bring it back
	@$(IN) -m gitflow publish

built: ## Note that IMAGE, by digest, is PROGRAM, for the release file
	@mkdir -p .run/images && printf '%s\n' "$$IMAGE" > ".run/images/$$PROGRAM"

release: ## Write the release file of what was built, and imagedefinitions.json
	@$(BARE) -m supply.release --from .run/images > .run/release.json
	@$(BARE) -m deploy.imagedefinitions .run/release.json > .run/imagedefinitions.json

release-again: venv-deploy ## Write the release file of what was on staging as VERSION
	@$(AT) -m pipeline again
	@$(AT) -m deploy.imagedefinitions .run/release.json > .run/imagedefinitions.json

promotion: venv-deploy ## Write the release file that staging has shown for the tag VERSION
	@$(AT) -m pipeline promotion
	@$(AT) -m deploy.imagedefinitions .run/release.json > .run/imagedefinitions.json

provenance: ## Did our own build make every image of the release file?
	@$(BARE) -m supply.provenance .run/release.json

approval: ## May whoever started this run bring VERSION to production?
	@$(BARE) -m pipeline approval

place: venv-deploy ## Write the place file that PLACE holds, of ENVIRONMENT
	@$(AT) -m pipeline place

deploy-verify: venv-deploy ## Find what would make the deployment fail, before anything moves
	@$(AT) -m pipeline verify

deploy-apply: venv-deploy ## Deploy the release file, or go on with it
	@$(AT) -m pipeline apply

deploy-rollback: venv-deploy ## Go back to VERSION, or to what ran before
	@$(AT) -m pipeline rollback

deploy-record: venv-deploy ## Write down that what was deployed has passed its smoke tests
	@$(AT) -m pipeline record

deploy-report: venv-deploy ## What the deployment came to, and the head of the ledger
	@$(AT) -m pipeline report

smoke: venv-deploy ## Ask ENVIRONMENT whether it is well, as people reach it
	@$(AT) scripts/run_smoke_tests.py --environment "$$ENVIRONMENT" --release .run/release.json

tell: ## Send the report of the week to Slack and Telegram
	@$(BARE) -m pipeline.tell .run/weekly-report.md

notify: ## Tell Slack and Telegram what came of the run
	@$(BARE) -m pipeline.notify

gate: ## Fail unless every job in NEEDS succeeded; closes a workflow
	@$(PYTHON) scripts/local/gate.py

venv-run venv-dev venv-tools venv-checkov venv-safety venv-safety-current venv-deploy: venv-%:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Install it, for example: sudo apt-get install python3 python3-venv" >&2; \
		exit 1; }
	@$(PYTHON) scripts/local/environment.py $*
