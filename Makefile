# Everything a person or a machine does with this repository. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := backend/.venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
PORT ?=
HOST ?= 127.0.0.1
WORKERS ?= 2

VENV := backend/.venv/.made
RUNTIME := backend/.venv/.runtime
TOOLS := backend/.venv/.tools
LOCALE := backend/.venv/.locale
FONTS := backend/.venv/.fonts
PO := $(wildcard backend/jingwei/locale/*/LC_MESSAGES/*.po)
WEB := $(if $(wildcard web/package.json),web/dist/.built)
WEB_SOURCES = $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

.PHONY: help setup run test lint contracts types openapi backend web-check realdata machine e2e screenshots translations fonts clean

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# --- set-up: each step leaves a stamp, so that a second start does nothing twice ---
$(VENV):
	@echo "== virtual environment ($$($(PYTHON) --version))"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Jingwei needs Python 3.11 or newer; try: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv backend/.venv || { echo "the venv module is missing; on Debian: apt-get install python3-venv"; rm -rf backend/.venv; exit 1; }
	@touch $@

$(RUNTIME): $(VENV) backend/requirements.txt backend/pyproject.toml
	@echo "== locked dependencies"
	@$(PIP) install -r backend/requirements.txt
	@$(PIP) install --no-deps -e backend
	@touch $@

$(TOOLS): $(RUNTIME) backend/requirements-dev.txt
	@echo "== development tools"
	@$(PIP) install -r backend/requirements-dev.txt
	@touch $@

$(LOCALE): $(RUNTIME) $(PO)
	@if [ -d backend/jingwei/locale ]; then echo "== translations"; $(BIN)/pybabel -q compile -d backend/jingwei/locale -D django; fi
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@echo "== web dependencies"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(if $(wildcard web/package.json),$(WEB_SOURCES))
	@echo "== web build"
	@cd web && npm run --silent build
	@touch $@

# The font of the papers: two static weights with their licence, out of the 92 MB of its package.
FONT := web/node_modules/@expo-google-fonts/noto-sans-sc
$(FONTS): $(VENV) web/node_modules/.installed
	@mkdir -p backend/.venv/share/jingwei/fonts
	@cp $(FONT)/400Regular/*.ttf $(FONT)/700Bold/*.ttf $(FONT)/LICENSE_FONT backend/.venv/share/jingwei/fonts/
	@touch $@

setup: $(RUNTIME) $(LOCALE) $(FONTS) $(WEB)  ## environment, dependencies, translations, font, web build

fonts: $(FONTS)  ## the font of the papers

translations: $(LOCALE)  ## compile the translations

run: setup  ## set up what is missing and run everything (PORT=, HOST=, WORKERS=)
	@exec $(BIN)/jingwei run --host $(HOST) --workers $(WORKERS) $(if $(PORT),--port $(PORT))

# --- checks ---
test: lint contracts types openapi backend web-check  ## everything a change must pass

lint: $(TOOLS)  ## ruff
	@echo "== ruff"
	@cd backend && .venv/bin/ruff check --no-cache .

contracts: $(TOOLS)  ## the ladder of modules
	@echo "== import-linter"
	@cd backend && .venv/bin/lint-imports --no-cache

types: $(TOOLS)  ## mypy --strict
	@echo "== mypy"
	@cd backend && .venv/bin/mypy

openapi: $(TOOLS)  ## backend/openapi.json is up to date
	@echo "== openapi.json"
	@$(BIN)/jingwei openapi --check

backend: $(TOOLS) $(LOCALE) $(FONTS)  ## pytest without the browser
	@echo "== pytest"
	@cd backend && .venv/bin/python -m pytest -n 2 --ignore=tests/browser $(ARGS)

web-check: $(if $(WEB),web/node_modules/.installed)  ## types, lint and tests of the web
	@if [ -f web/package.json ]; then echo "== web check"; cd web && npm run --silent check; fi

realdata: $(TOOLS) $(LOCALE) $(FONTS)  ## months of a real company, from the files beside the repository; minutes
	@echo "== real data"
	@cd backend && .venv/bin/python -m pytest tests/scenarios -m realdata $(ARGS)

machine: $(TOOLS) $(LOCALE)  ## random actions on every document, struck at any moment: STEPS=20000 SEED=…
	@cd backend && JINGWEI_MACHINE_STEPS=$(or $(STEPS),20000) JINGWEI_MACHINE_SEED=$(SEED) .venv/bin/python -m pytest tests/machine -s $(ARGS)

e2e: setup $(TOOLS)  ## browser tests in the system's Chromium
	@echo "== browser tests"
	@cd backend && .venv/bin/python -m pytest tests/browser $(ARGS)

screenshots: setup $(TOOLS)  ## pictures of the main screens in docs/screenshots
	@echo "== screenshots"
	@cd backend && JINGWEI_SCREENSHOTS=$(CURDIR)/docs/screenshots .venv/bin/python -m pytest tests/browser -m screenshots $(ARGS)

clean:  ## remove what was built; never var, which holds your data
	@rm -rf backend/.venv backend/*.egg-info web/node_modules web/dist var/test
