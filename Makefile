# streamlake: everything a person types. `make help` explains it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
PY = $(VENV)/bin/python
READY = $(VENV)/.ready
CHECKOV = .tools/checkov
CLIENTS = .tools/clients
DBT = .tools/dbt

## Variables that commands take, with their defaults
TARGET ?= local
ENV ?=
PORT ?= $(or $(STREAMLAKE_PORT),4566)
DATASET ?= events
AMOUNT ?=
RATE ?=
DURATION ?=
SEED ?=
SQL ?=
QUERY ?= recent
MAX_ROWS ?= 100
OUTPUT ?= table
YES ?=
ACCEPT_TYPE_CHANGES ?=
DEPLOYERS ?=
EVENTS_PER_HOUR ?=
EVENT_BYTES ?=
TERRAFORM ?=

export STREAMLAKE_PORT := $(PORT)
# Which terraform or tofu; without it the first one on PATH.
export TERRAFORM
# SQL reaches the tool through the environment, unexpanded: quotes and dollar signs in it need no escaping.
export STREAMLAKE_SQL := $(value SQL)
unexport SQL

# What was deployed last is used unless TARGET is given on the command line or in the environment.
chosen = $(if $(filter command environment,$(firstword $(origin TARGET))),--target $(TARGET)) $(if $(ENV),--environment $(ENV))
load_options = $(if $(EVENTS_PER_HOUR),--events-per-hour $(EVENTS_PER_HOUR)) $(if $(EVENT_BYTES),--event-bytes $(EVENT_BYTES))
deploy_options = --target $(TARGET) $(if $(ENV),--environment $(ENV)) $(if $(YES),--yes) $(if $(ACCEPT_TYPE_CHANGES),--accept-type-changes) $(load_options)

.PHONY: help
help: ## what there is to type
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nVariables: TARGET=local|localstack|aws  ENV=  PORT=4566  DATASET=events  AMOUNT=  RATE=  DURATION=  SEED=\n'
	@printf '           SQL=  QUERY=recent  MAX_ROWS=100  OUTPUT=table|json|csv  YES=1  ACCEPT_TYPE_CHANGES=1  TERRAFORM=terraform|tofu\n'

##@ Start here
.PHONY: demo setup
demo: $(READY) ## the whole lake on this machine: start, deploy, produce, wait, query
	@$(PY) -m scripts.demo

setup: $(READY) ## install what the project needs (every other command does it by itself)

$(READY): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is not on PATH; install Python 3.11 or newer, or pass PYTHON=" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is $$($(PYTHON) -V 2>&1), 3.11 or newer is needed; pass PYTHON=" >&2; exit 1; }
	@echo "setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m scripts.terraform_cli
	@touch $@

##@ The lake
.PHONY: plan deploy destroy bootstrap package
package: $(READY) ## build the zips of the functions (plan, deploy and destroy do it)
	@$(PY) -m scripts.package_transform
	@$(PY) -m scripts.package_functions

plan: $(READY) $(if $(filter local,$(TARGET)),up) ## show what deploy would change
	@$(PY) -m scripts.deploy plan $(deploy_options)

deploy: $(READY) $(if $(filter local,$(TARGET)),up) ## create or change the lake (asks first on AWS)
	@$(PY) -m scripts.deploy deploy $(deploy_options)

destroy: $(READY) $(if $(filter local,$(TARGET)),up) ## remove the lake and its data
	@$(PY) -m scripts.deploy destroy $(deploy_options)

bootstrap: $(READY) ## once for each AWS account and Region: the bucket for Terraform's state; DEPLOYERS="dev prod" for policies
	@$(PY) -m scripts.bootstrap --deployers "$(DEPLOYERS)" $(if $(YES),--yes)

##@ Use it
.PHONY: produce query status cost compact
produce: $(READY) ## send events: AMOUNT=10, RATE= per second, DURATION=30s, DATASET=, SEED=
	@$(PY) -m producer --dataset $(DATASET) $(if $(AMOUNT),--amount $(AMOUNT)) $(if $(RATE),--rate $(RATE)) \
	  $(if $(DURATION),--duration $(DURATION)) $(if $(SEED),--seed $(SEED)) $(chosen)

query: $(READY) ## run SQL="select ..." and print rows, bytes scanned and price; or QUERY= of DATASET=
	@$(PY) -m scripts.query --dataset $(DATASET) --named $(QUERY) --max-rows $(MAX_ROWS) --output $(OUTPUT) $(chosen)

status: $(READY) ## what runs, what was delivered, what failed
	@$(PY) -m scripts.status --output $(OUTPUT) $(chosen)

cost: $(READY) ## what ENV=dev costs on AWS in a month, with EVENTS_PER_HOUR=1000000 EVENT_BYTES=400
	@$(PY) -m scripts.cost $(if $(ENV),--environment $(ENV)) $(load_options)

compact: $(READY) ## merge small files of DATASET, remove duplicates: closed partitions, or all with OPEN=1; DAYS=7 for the latest
	@$(PY) -m scripts.compact --dataset $(DATASET) --output $(OUTPUT) $(if $(OPEN),--include-open) $(if $(DAYS),--days $(DAYS)) $(chosen)

##@ The local AWS
.PHONY: up down clean
up: $(READY) ## start it on 127.0.0.1 (PORT=4566)
	@$(PY) -m local_aws up

down: $(READY) ## stop it: buffers are delivered, data stays, no process is left
	@$(PY) -m local_aws down

clean: down ## stop it and forget the local lake: its data, its Terraform state, what was built
	@rm -rf .streamlake build terraform/state/local-* terraform/streamlake.auto.tfvars.json \
	  terraform/environment.auto.tfvars terraform/.terraform/environment

##@ Measure it
.PHONY: bench-delivery bench-produce bench-transform bench-convert bench-query
bench-delivery: $(READY) ## events/s, objects and memory of the whole path, beside MiniStack's own Firehose
	@$(PY) -m benchmarks.delivery $(BENCH)

bench-produce: $(READY) ## making and sending events, beside the usual ways
	@$(PY) -m benchmarks.produce $(BENCH)

bench-transform: $(READY) ## the transform, beside plain JSON parsing and printing
	@$(PY) -m benchmarks.transform $(BENCH)

bench-convert: $(READY) ## JSON to Parquet, beside a row at a time
	@$(PY) -m benchmarks.convert $(BENCH)

bench-query: $(READY) ## queries through the local Athena beside DuckDB on the same files; BENCH="--events 10000000"
	@$(PY) -m benchmarks.query $(BENCH)

##@ Work on it
.PHONY: test test-all test-clients lint lint-python lint-configuration lint-compositions format lock
test: lint ## all checks and tests
	@$(PY) -m pytest -q -n 4 --dist loadscope --no-loadscope-reorder -m "not slow" $(PYTEST)

test-all: lint lint-compositions ## and the slow fault and load tests
	@$(PY) -m pytest -q $(PYTEST)

test-clients: $(READY) $(CLIENTS)/.ready $(DBT)/.ready ## the clients that people use, against the local AWS (docs/clients.md)
	@STREAMLAKE_PYTHON=$(abspath $(PY)) STREAMLAKE_DBT=$(abspath $(DBT)/bin/dbt) $(CLIENTS)/bin/python -m pytest -q --confcutdir=tests/clients tests/clients $(PYTEST)

lint: $(READY) $(CHECKOV)/.ready ## style, types, Terraform, security and compose-file checks
	@$(MAKE) --jobs=2 --output-sync lint-python lint-configuration

lint-python: $(READY)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

lint-configuration: $(READY) $(CHECKOV)/.ready
	@$(PY) -m yamllint --strict docker-compose.yml
	@$(PY) -m scripts.check_settings terraform terraform/bootstrap terraform/modules/*/ terraform/examples/*/ terraform/tests/adopter
	@CKV_PARSE_ERROR_FAIL=true $(CHECKOV)/bin/checkov --config-file .checkov.yaml --skip-path /examples/ --skip-path /tests/

# The same modules once more, in every composition that there is of them: minutes.
lint-compositions: $(CHECKOV)/.ready
	@CKV_PARSE_ERROR_FAIL=true $(CHECKOV)/bin/checkov --config-file .checkov.yaml

format: $(READY) ## put Python and Terraform files into their usual form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(or $(TERRAFORM),terraform) fmt -recursive terraform

lock: $(READY) ## pin today's newest versions of what pyproject.toml names
	@for name in "" -checkov -clients -dbt; do \
	  $(PY) -m uv pip compile $$([ -z "$$name" ] && echo "pyproject.toml --group dev" || echo "--group $${name#-}") --upgrade \
	    --generate-hashes --universal --no-strip-extras --no-header --no-annotate --no-emit-index-url --quiet -o requirements$$name.lock; \
	done

# Tools that do not go together with the project's own packages, each in an environment of its own.
.tools/%/.ready: requirements-%.lock
	@echo "setting up .tools/$* (once, up to a few minutes)"
	@$(PYTHON) -m venv .tools/$*
	@.tools/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-$*.lock
	@touch $@
