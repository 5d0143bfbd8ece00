# What a newcomer types; everything is set up on first use. PYTHON=python3.12 chooses another interpreter.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup demo test faults soak simulate check run docs lock peers bench fuzz sbom audit wheel
setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Wirewatch needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once, a minute or so) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup
	@$(BIN)/wirewatch demo

test: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Every case of the fault catalogue as one table: expected, seen, seconds, megabytes.
faults: setup
	@$(BIN)/python -m tests.faults

# Five minutes at 20 times real pace, struck every few seconds; then the invariants. SEED=2 DATABASE=postgresql
soak: setup
	@$(BIN)/python -m tests.soak --seed $(or $(SEED),1) --database $(or $(DATABASE),sqlite)

# A day of a desk with 1,000 feeds at a moved clock: what grows, and whether an alert is lost or doubled. HOURS=6 FEEDS=200
simulate: setup
	@$(BIN)/python -m tests.soak.day --hours $(or $(HOURS),24) --feeds $(or $(FEEDS),1000) --database $(or $(DATABASE),sqlite)

# Each boundary against bent and broken input, with a seed by chance: MINUTES=10 TARGETS="feeds rules"
fuzz: setup
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),1) $(TARGETS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dagster definitions validate -m pipelines.definitions
	$(BIN)/wirewatch rules check alert_rules
	$(BIN)/wirewatch rules check pipelines/demo/desk

run: setup
	@$(BIN)/wirewatch dev

# The pages under docs/ as a site in docs/_build; any warning is an error.
docs: setup
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx -q -W --keep-going -n docs docs/_build
	@echo "Open docs/_build/index.html"

# What the benchmarks measure against; no part of the product.
peers: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r benchmarks/peers.lock

# What Wirewatch is made of, as CycloneDX: dist/sbom.cdx.json.
sbom: setup
	@$(BIN)/python -m tests.supply sbom

# Whether something that is locked has a known weakness; asks the advisory service, so it needs the network.
audit: setup
	@$(BIN)/python -m tests.supply audit

# The wheel in dist/, the same bytes for the same commit.
wheel: setup
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build --target wheel

# Every benchmark beside its peers, up to three times within 25 minutes: benchmarks/results.md. For a few: ONLY="feeds rules"; a trial: SMALL=1
bench: peers
	@$(BIN)/python -m benchmarks --runs $(or $(RUNS),3) $(if $(SMALL),--small) $(ONLY)

# Resolve anew; the header and every trace of where packages come from stay out of the file.
lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --quiet --upgrade --output-file requirements.lock
	$(BIN)/uv pip compile benchmarks/peers.in --constraint requirements.lock --universal --python-version 3.11 \
	  --generate-hashes --no-header --quiet --upgrade --output-file benchmarks/peers.lock
