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
PEERS = .tools/peers

## Variables that commands take, with their defaults
TARGET ?= local
ENV ?=
DATASET ?= events
AMOUNT ?=
RATE ?=
DURATION ?=
SEED ?=
SECONDS ?=
SQL ?=
QUERY ?= recent
MAX_ROWS ?= 100
OUTPUT ?= table
YES ?=
ACCEPT_TYPE_CHANGES ?=
DEPLOYERS ?=
EVENTS_PER_HOUR ?=
EVENT_BYTES ?=

ifeq ($(origin PORT),undefined)
export STREAMLAKE_PORT := $(if $(value STREAMLAKE_PORT),$(value STREAMLAKE_PORT),4566)
else
export STREAMLAKE_PORT := $(value PORT)
endif
# Which terraform or tofu; without it the first one on PATH.
override export TERRAFORM := $(value TERRAFORM)
# What a person types reaches the tools through the environment, unexpanded: the shell must not read it. Quotes and
# dollar signs need no escaping, and `make produce AMOUNT='10; rm -r x'` is an amount that the producer refuses.
export STREAMLAKE_SQL := $(value SQL)
PASSED = TARGET ENV DATASET AMOUNT RATE DURATION SEED QUERY MAX_ROWS OUTPUT DAYS DEPLOYERS EVENTS_PER_HOUR EVENT_BYTES BENCH
$(foreach name,$(PASSED),$(eval export STREAMLAKE_MAKE_$(name) := $$(value $(name))))
# Exported under their own names they would be expanded after all.
unexport SQL PORT YES OPEN ACCEPT_TYPE_CHANGES $(PASSED)
# The words of an option: its name, and its value as the shell finds it in the environment.
option = $(if $(value $(2)),$(1) "$$STREAMLAKE_MAKE_$(2)")

# What was deployed last is used unless TARGET is given on the command line or in the environment.
chosen = $(if $(filter command environment,$(firstword $(origin TARGET))),$(call option,--target,TARGET)) $(call option,--environment,ENV)
load_options = $(call option,--events-per-hour,EVENTS_PER_HOUR) $(call option,--event-bytes,EVENT_BYTES)
deploy_options = $(call option,--target,TARGET) $(call option,--environment,ENV) $(if $(value YES),--yes) $(if $(value ACCEPT_TYPE_CHANGES),--accept-type-changes) $(load_options)

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

plan: $(READY) $(if $(filter local,$(value TARGET)),up) ## show what deploy would change
	@$(PY) -m scripts.deploy plan $(deploy_options)

deploy: $(READY) $(if $(filter local,$(value TARGET)),up) ## create or change the lake (asks first on AWS)
	@$(PY) -m scripts.deploy deploy $(deploy_options)

destroy: $(READY) $(if $(filter local,$(value TARGET)),up) ## remove the lake and its data
	@$(PY) -m scripts.deploy destroy $(deploy_options)

bootstrap: $(READY) ## once for each AWS account and Region: the bucket for Terraform's state; DEPLOYERS="dev prod" for policies
	@$(PY) -m scripts.bootstrap --deployers "$$STREAMLAKE_MAKE_DEPLOYERS" $(if $(value YES),--yes)

##@ Use it
.PHONY: produce query status cost compact
produce: $(READY) ## send events: AMOUNT=10, RATE= per second, DURATION=30s, DATASET=, SEED=
	@$(PY) -m producer $(call option,--dataset,DATASET) $(call option,--amount,AMOUNT) $(call option,--rate,RATE) \
	  $(call option,--duration,DURATION) $(call option,--seed,SEED) $(chosen)

query: $(READY) ## run SQL="select ..." and print rows, bytes scanned and price; or QUERY= of DATASET=
	@$(PY) -m scripts.query $(call option,--dataset,DATASET) $(call option,--named,QUERY) $(call option,--max-rows,MAX_ROWS) \
	  $(call option,--output,OUTPUT) $(chosen)

status: $(READY) ## what runs, what was delivered, what failed
	@$(PY) -m scripts.status $(call option,--output,OUTPUT) $(chosen)

cost: $(READY) ## what ENV=dev costs on AWS in a month, with EVENTS_PER_HOUR=1000000 EVENT_BYTES=400
	@$(PY) -m scripts.cost $(call option,--environment,ENV) $(load_options)

compact: $(READY) ## merge small files of DATASET, remove duplicates: closed partitions, or all with OPEN=1; DAYS=7 for the latest
	@$(PY) -m scripts.compact $(call option,--dataset,DATASET) $(call option,--output,OUTPUT) $(if $(value OPEN),--include-open) \
	  $(call option,--days,DAYS) $(chosen)

##@ The local AWS
.PHONY: up down reset clean
up: $(READY) ## start it on 127.0.0.1 (PORT=4566)
	@$(PY) -m local_aws up

down: $(READY) ## stop it: buffers are delivered, data stays, no process is left
	@$(PY) -m local_aws down

reset: $(READY) ## empty it, running or not, and forget what was deployed to it: make demo deploys again
	@$(PY) -m scripts.reset

clean: $(READY) ## stop it and forget the local lake: its data, its Terraform state, what was built
	@$(PY) -m local_aws down || true
	@rm -rf .streamlake build terraform/state/local-* terraform/streamlake.auto.tfvars.json \
	  terraform/environment.auto.tfvars terraform/.terraform/environment

##@ Measure it
.PHONY: bench-delivery bench-produce bench-transform bench-convert bench-query
bench-delivery: $(READY) ## events/s, objects and memory of the whole path, beside MiniStack's own Firehose
	@$(PY) -m benchmarks.delivery $$STREAMLAKE_MAKE_BENCH

bench-produce: $(READY) ## making and sending events, beside the usual ways
	@$(PY) -m benchmarks.produce $$STREAMLAKE_MAKE_BENCH

bench-transform: $(READY) ## the transform, beside plain JSON parsing and printing
	@$(PY) -m benchmarks.transform $$STREAMLAKE_MAKE_BENCH

bench-convert: $(READY) ## JSON to Parquet, beside a row at a time
	@$(PY) -m benchmarks.convert $$STREAMLAKE_MAKE_BENCH

bench-query: $(READY) ## queries through the local Athena beside DuckDB on the same files; BENCH="--events 10000000"
	@$(PY) -m benchmarks.query $$STREAMLAKE_MAKE_BENCH

##@ Work on it
.PHONY: test test-all fuzz test-clients test-peers lint lint-python lint-configuration lint-compositions format lock
test: lint ## all checks and tests
	@$(PY) -m pytest -q -n 4 --dist loadscope --no-loadscope-reorder -m "not slow" $(PYTEST)

# The clients and the suites of others, test-clients and test-peers, are apart from both: they take environments of their own.
test-all: lint lint-compositions ## and the slow fault and load tests
	@$(PY) -m pytest -q $(PYTEST)

# What is given reaches the tool through the environment, as SQL does.
fuzz: export STREAMLAKE_FUZZ_SECONDS = $(value SECONDS)
fuzz: export STREAMLAKE_FUZZ_SEED = $(value SEED)
fuzz: $(READY) ## raw requests to every service of a local AWS of its own: SECONDS=120 SEED=1; fails for a 500 or a hang
	@$(PY) -m tests.fuzz.run

test-clients: $(READY) $(CLIENTS)/.ready $(DBT)/.ready ## the clients that people use, against the local AWS (docs/clients.md)
	@STREAMLAKE_PYTHON=$(abspath $(PY)) STREAMLAKE_DBT=$(abspath $(DBT)/bin/dbt) $(CLIENTS)/bin/python -m pytest -q --confcutdir=tests/clients tests/clients $(PYTEST)

test-peers: export STREAMLAKE_PEERS_SUITE = $(value SUITE)
test-peers: export STREAMLAKE_PEERS_PYTEST = $(value PYTEST)
test-peers: $(READY) $(CLIENTS)/.ready $(PEERS)/.ready ## other projects' suites, compared with tests/peers/expected: SUITE=dbt_athena PYTEST="-k hive"
	@$(PY) -m tests.peers.run

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
	@"$${TERRAFORM:-terraform}" fmt -recursive terraform

lock: $(READY) ## pin today's newest versions of what pyproject.toml names
	@for name in "" -checkov -clients -dbt -peers; do \
	  $(PY) -m uv pip compile $$([ -z "$$name" ] && echo "pyproject.toml --group dev" || echo "--group $${name#-}") --upgrade \
	    --generate-hashes --universal --no-strip-extras --no-header --no-annotate --no-emit-index-url --quiet -o requirements$$name.lock; \
	done

# Tools that do not go together with the project's own packages, each in an environment of its own.
.tools/%/.ready: requirements-%.lock
	@echo "setting up .tools/$* (once, up to a few minutes)"
	@$(PYTHON) -m venv .tools/$*
	@.tools/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-$*.lock
	@touch $@
