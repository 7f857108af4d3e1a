# One command each: demo, test, check, bench. Each does all its set-up by itself.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# What pyscard is built with, as it comes as source only; gcc apart.
BUILD_PACKAGES := libpcsclite-dev python3-dev swig
APT_PACKAGES := $(BUILD_PACKAGES) caddy chromium cups curl fonts-dejavu-core libusb-1.0-0 libzbar0 netbase nginx-light \
	openssl pcscd poppler-utils postgresql-15 printer-driver-cups-pdf systemd vsmartcard-vpcd
SOURCES := encoder landing tests

.PHONY: demo test check bench pictures reference catalogues clean system-packages

demo: $(VENV)/.run
	$(BIN)/python -m tests.demo

test: $(VENV)/.dev system-packages
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@sh tests/system_packages.sh $(APT_PACKAGES) iproute2 wrk
	$(BIN)/python -m tests.bench $(SUITES)

pictures: $(VENV)/.dev system-packages
	WECARD_PICTURES=docs/pictures $(BIN)/python -m pytest tests/e2e

reference: $(VENV)/.dev
	$(BIN)/python -m tests.cli_reference

catalogues: $(VENV)/.dev
	$(BIN)/python -m landing.web.catalogues

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/build.txt requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes --no-build-isolation -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@sh tests/system_packages.sh $(BUILD_PACKAGES)
	$(PIP) install --require-hashes --no-build-isolation -r requirements/dev.txt
	touch $@

system-packages:
	@sh tests/system_packages.sh $(APT_PACKAGES)
