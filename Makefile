# What a person types. `make help` lists the targets.
# Works with GNU make and a POSIX shell; everything is installed into .venv, nothing elsewhere.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= auto
OPENSEARCH_PORT ?= 9200
SILL ?= $(wildcard ../shared/data/sill/sill.json)

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
RUNTIME := $(VENV)/runtime.stamp
TOOLS := $(VENV)/tools.stamp
SOURCES := git ls-files --cached --others --exclude-standard

.DEFAULT_GOAL := help
.PHONY: help demo opensearch test check format bench lock messages install chromium template clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: export DJANGO_SETTINGS_MODULE = config.settings.dev
demo: export DJANGO_DEBUG = 0
demo: export ALLOWED_HOSTS = localhost,127.0.0.1
demo: export SITE_URL = http://127.0.0.1:$(PORT)
demo: export SECRET_KEY = $(shell cat var/secret-key 2>/dev/null)
demo: export SIGNING_KEY = $(shell cat var/signing-key.pem 2>/dev/null)
demo: $(RUNTIME) var/secret-key var/signing-key.pem ## Load the demo catalogue and serve it on 127.0.0.1 (PORT=8000 SILL=path)
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) init_site
	$(MANAGE) load_demo > var/demo.txt
	$(if $(SILL),$(MANAGE) import_solutions --format sill $(SILL) > var/sill.txt)
	$(MANAGE) rebuild_index
	$(MANAGE) collectstatic --noinput
	@cat var/demo.txt; $(if $(SILL),tail -n 1 var/sill.txt; echo "(détail dans var/sill.txt)")
	@echo "Site            $(SITE_URL)/"
	@echo "Recherche       $(SITE_URL)/solutions/"
	@echo "Administration  $(SITE_URL)/gestion/"
	@echo "Ctrl-C arrête le site."
	@# Both processes end together, whichever way this shell does. No limit on the request line: our
	@# forms cut what they read and say so, better than gunicorn's own error page in English.
	@$(MANAGE) sync_index --loop & worker=$$!; \
	$(BIN)/gunicorn config.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 \
	  --worker-class gthread --no-control-socket --limit-request-line 0 & web=$$!; \
	trap 'kill $$web $$worker 2>/dev/null; wait' EXIT; \
	trap 'exit 0' INT TERM HUP; \
	wait $$web

opensearch: $(RUNTIME) ## Run an OpenSearch server on 127.0.0.1 (OPENSEARCH_PORT=9200), for `make demo`
	@$(BIN)/python -m tests.opensearch.foreground $(OPENSEARCH_PORT)

test: $(TOOLS) chromium ## Install what is needed, then check and test everything
	$(MAKE) --jobs=2 --output-sync check template
	$(BIN)/python -m tests.opensearch $(BIN)/pytest -n $(JOBS)
	$(BIN)/python -m tests.postgresql $(BIN)/pytest -n $(JOBS) -m "db and not browser and not opensearch"

template: $(TOOLS) ## Migrate the database that the tests copy
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python -m tests.databases

check: export DJANGO_SETTINGS_MODULE = config.settings.dev
check: $(TOOLS) ## Formatting, linters, types, import contracts, migrations, settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(SOURCES) 'templates/*.html' '*/templates/*.html' | xargs -r $(BIN)/djlint --lint --quiet
	$(BIN)/codespell
	$(SOURCES) '*.py' | xargs $(BIN)/django-upgrade --target-version 5.2 --check
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=config.settings.production DJANGO_DEBUG=0 SITE_URL=https://catalogue.example \
	  ALLOWED_HOSTS=catalogue.example SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	  SIGNING_KEY="$$($(BIN)/python -m config.signing_key)" \
	  $(MANAGE) check --deploy --fail-level WARNING

format: $(TOOLS) ## Format the code and apply the linters' safe corrections
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(SOURCES) '*.py' | xargs $(BIN)/django-upgrade --target-version 5.2 --exit-zero-even-if-changed

bench: export DJANGO_SETTINGS_MODULE = config.settings.test
bench: $(TOOLS) ## Measure both engines with 500, 10,000 and 100,000 documents (an hour or more)
	$(MANAGE) bench_scoring
	$(MANAGE) bench_queue
	for size in 500 10000 100000; do $(MANAGE) bench_search --engine embedded --documents $$size || exit; done
	$(BIN)/python -m tests.opensearch.steady \
	  $(MANAGE) bench_search --engine opensearch --documents 500 --documents 10000 --documents 100000

lock: $(TOOLS) ## Pin the dependencies of requirements/*.in with their hashes
	for name in base dev; do $(BIN)/uv pip compile --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet requirements/$$name.in -o requirements/$$name.txt; done

messages: $(TOOLS) ## Gather the French texts into locale/ (needs gettext)
	$(MANAGE) makemessages --locale fr --no-location --ignore $(VENV) --ignore var --ignore node_modules
	msgattrib --clear-fuzzy --empty --clear-previous --output-file=locale/fr/LC_MESSAGES/django.po locale/fr/LC_MESSAGES/django.po
	msgen --output-file=locale/fr/LC_MESSAGES/django.po locale/fr/LC_MESSAGES/django.po
	$(MANAGE) compilemessages --locale fr --ignore $(VENV)

install: $(TOOLS) ## Install everything into .venv without running anything

chromium: ## Install Chromium for the browser tests, where that is allowed
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo="sudo -n"; fi; \
	  $$sudo true 2>/dev/null && command -v apt-get >/dev/null \
	    && $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium; \
	} || echo "Chromium is missing and cannot be installed from here: the browser tests will say so." >&2

clean: ## Remove the environment, the demo's data and all caches
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/base.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(TOOLS): requirements/dev.txt $(RUNTIME) | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

var/secret-key:
	@mkdir -p var
	@umask 077; $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@

var/signing-key.pem: | $(RUNTIME)
	@mkdir -p var
	@umask 077; key=$$($(BIN)/python -m config.signing_key) && echo "$$key" > $@
