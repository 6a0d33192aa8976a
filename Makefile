# `make help` lists what there is. Everything is installed into .venv, from locked and hashed requirements.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
ASSETS := src/greenboard/web/static/greenboard/manifest.json
FRONTEND := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)
# What takes long is begun first, so that both processes end together.
FIRST := tests/browser tests/project tests/durable tests/sample tests/scim tests/connections tests/api tests/access
STORES := tests/results tests/access/test_audit.py tests/facts/test_record.py
export UV_COMPILE_BYTECODE := 1
export UV_NO_PROGRESS := 1
export UV_PYTHON_PREFERENCE := only-system

# uv is quick; where it cannot reach the package index but pip is set up to, pip does the same work.
define fetch
	@echo "Installing $(1)"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1) \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endef

.DEFAULT_GOAL := help
.PHONY: help install run test test-postgres test-postgres-all test-slow test-plugin lint style security format types contracts sizes bench lock check audit sbom client clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

install: $(VENV)/.installed $(ASSETS) ## Install Greenboard into .venv

run: install ## Serve the board with the sample organization on http://127.0.0.1:8000
	@exec $(BIN)/greenboard serve --sample

test: $(VENV)/.installed-dev $(ASSETS) ## Install and run the whole suite
	@$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow" $(FIRST) tests

test-postgres: $(VENV)/.installed-dev $(ASSETS) ## Run what touches the database on a PostgreSQL server of its own
	@$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow" $(STORES)

test-postgres-all: $(VENV)/.installed-dev $(ASSETS) ## Run the whole suite on PostgreSQL
	@$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow" $(FIRST) tests

test-slow: $(VENV)/.installed-dev $(ASSETS) ## Run the slow suite
	@$(BIN)/python -m pytest -m slow

test-plugin: $(VENV)/.installed-dev $(ASSETS) ## Build, install and use the example of a plugin, outside of the source tree
	@$(BIN)/python -m pytest -q tests/plugins/test_example.py

lint: types style security contracts sizes ## Check types, style, security, migrations, import contracts and sizes

style: $(VENV)/.installed-dev ## Check how the code is written
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

security: $(VENV)/.installed-dev ## Look for insecure code, known vulnerabilities and dangerous migrations
	@$(BIN)/bandit -q -r src -c pyproject.toml
	@$(BIN)/python tools/advisories.py
	@$(BIN)/python tools/migrations.py

format: $(VENV)/.installed-dev ## Bring the code into shape
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

types: $(VENV)/.installed-dev ## Check types strictly
	@$(BIN)/mypy

contracts: $(VENV)/.installed-dev ## Check that imports point down the stack
	@$(BIN)/lint-imports --no-cache

sizes: $(VENV)/.installed-dev ## Print the size figures; fail beyond the hard limits
	@$(BIN)/python tools/sizes.py

client: $(VENV)/.installed-dev ## Generate a typed Python client of the API into build/client
	@$(BIN)/python tools/client.py build/client

bench: $(VENV)/.installed-dev $(ASSETS) ## Run every benchmark; each prints a JSON object as its last line
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

check: install ## Hold this repository against its own standard: Gold, with the exemptions of deploy/
	@$(BIN)/greenboard check . --exemptions deploy/exemptions.yaml --fail-under gold

audit: $(VENV)/.uv ## Look for known vulnerabilities in what is locked; needs a network, so CI leaves it to `make lint`
	@$(BIN)/uv tool run --from pip-audit pip-audit --require-hashes --disable-pip \
	  $(foreach name,run dev build node,-r requirements/$(name).txt)
	@cd frontend && npm audit --package-lock-only

sbom: $(VENV)/.uv ## Write the bill of materials of what runs to dist/greenboard.cdx.json
	@$(BIN)/python tools/sbom.py

lock: $(VENV)/.uv ## Lock the dependencies again, with hashes
	@for group in run dev build node uv; do $(BIN)/python tools/lock.py $$group; done

clean: ## Remove what was installed and built; data stay
	@rm -rf $(VENV) frontend/node_modules src/greenboard/web/static/greenboard build dist

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit("Greenboard needs Python 3.11 or later, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.uv requirements/run.txt requirements/build.txt pyproject.toml
	$(call fetch,requirements/run.txt)
	$(call fetch,requirements/build.txt)
	@GREENBOARD_SKIP_ASSETS=1 $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	$(call fetch,requirements/dev.txt)
	@touch $@

$(ASSETS): $(VENV)/.installed hatch_build.py $(FRONTEND)
	@command -v npm >/dev/null && command -v node >/dev/null || { echo "No node here: bringing one for the build"; \
	  $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/node.txt \
	  || $(BIN)/python -m pip install -q --require-hashes -r requirements/node.txt; }
	@echo "Building the browser's files"
	@$(BIN)/python hatch_build.py
	@touch $@
