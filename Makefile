# The commands of the README. A Debian or Ubuntu with python3, python3-venv and make needs nothing else.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

# The variables of the README's table. The suite must not see those of an installation.
ENVIRONMENT := SECRET_KEY DEBUG ALLOWED_HOSTS DATABASE_URL REDIS_URL EMAIL_URL DEFAULT_FROM_EMAIL PUBLIC_URL DATA_DIR PORT
CLEAN := env $(addprefix -u ,$(ENVIRONMENT))

.PHONY: run test test-services lint bench pictures

run: $(VENV)/.installed
	@PORT=$(PORT) exec $(BIN)/python -m smarketing.supervisor --with-parent $(RUN)

test: $(VENV)/.installed-dev
	@$(CLEAN) $(BIN)/python -m pytest $(PYTEST)

test-services: export DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
test-services: export REDIS_URL ?= redis://127.0.0.1:6379/0
test-services: $(VENV)/.installed-dev
	@$(CLEAN) DATABASE_URL="$$DATABASE_URL" REDIS_URL="$$REDIS_URL" SECRET_KEY=only-for-this-run ALLOWED_HOSTS=127.0.0.1,localhost \
		$(BIN)/python -m pytest --expect-services $(PYTEST)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(CLEAN) $(BIN)/mypy .
	@$(CLEAN) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(CLEAN) PUBLIC_URL=https://smarketing.example $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.installed-dev
	@$(CLEAN) DATABASE_URL="$$DATABASE_URL" SECRET_KEY=only-for-this-run ALLOWED_HOSTS=127.0.0.1,localhost \
		$(BIN)/python -m bench.run $(BENCH)

pictures: $(VENV)/.installed-dev
	@$(CLEAN) PYTHONPATH=. $(BIN)/python docs/pictures/make.py

# Installed once, and again when the requirements change: the stamp is younger than they are.
$(VENV)/.installed: requirements.txt | $(BIN)/pip
	@echo "Installing what SMarketing needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the tools for tests and style into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo "SMarketing needs Python 3.11 or newer, and there is no $(PYTHON) here: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SMarketing needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): set PYTHON to a newer one, as in make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv module is not complete: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
