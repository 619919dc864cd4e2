# Shortcuts for developers; `make` lists them. `./setup.sh test` installs what they need.

.DEFAULT_GOAL := help
.PHONY: help run test lint types unit browser bench docs

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1 	\2/p' Makefile | expand -t 12

run: ## install what is missing and start the app
	./setup.sh run

test: ## install what is missing and run all checks
	./setup.sh test

lint: ## run the linters
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	shellcheck -x setup.sh .ci/run tests/arm64/run tests/service deploy/service.sh deploy/publish-name deploy/hiitpi
	.venv/bin/codespell
	npm run --silent lint

types: ## run the type checker
	.venv/bin/mypy

unit: ## run the tests without browser, models and killed processes
	npm test --silent
	.venv/bin/python -m pytest -m "not slow"

browser: ## run the tests that drive a browser
	.venv/bin/python -m pytest tests/browser

bench: ## measure the speed and compare it with the targets
	.venv/bin/python -m hiitpi bench all --check

docs: ## update the table of settings and check the documents
	.venv/bin/python -m hiitpi settings --update docs/configuration.md
	.venv/bin/python -m pytest -q tests/test_docs.py
