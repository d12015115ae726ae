# What can be done with this repository. `make` alone, or `make help`, lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
GDL := .venv/bin/gdl
SAMPLE := 02_shapes_and_parameters
PYTEST := .venv/bin/pytest
# TensorFlow's notes on its own build say nothing to a reader of these commands.
export TF_CPP_MIN_LOG_LEVEL ?= 2
# Hundreds of processes import the same modules, and should not compile each of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-test demo book book-full train serve lab assignments grade kill-matrix lint figures quick test test-unit test-book \
	test-grading test-browser test-alone test-timing lint-behind figures-behind test-rest test-notebooks \
	test-slow test-hub image-test bench lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | \
		while IFS=$$'\t' read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

setup: ## make the virtual environment from the lock, install system packages where allowed
	@PYTHON=$(PYTHON) requirements/install.sh

demo: setup ## build the site, release the assignments, grade the sample class, print the grades
	@$(GDL) data
	@$(GDL) book build
	@$(GDL) release
	@$(GDL) sample-class $(SAMPLE) --course _build/demo
	@$(GDL) grade $(SAMPLE) --course _build/demo --cell-seconds 5 || [ $$? = 1 ]
	@echo "Some submissions of the sample class are broken on purpose; the table says what was found."
	@$(GDL) feedback $(SAMPLE) --course _build/demo
	@$(GDL) report $(SAMPLE) --course _build/demo
	@echo "To read the book, open $(CURDIR)/_build/html/index.html or type: make serve"

book: setup ## build the site from the stored outputs of the pages
	@$(GDL) book build

book-full: setup ## run every page in full, store its outputs, build the site
	@$(GDL) book run
	@$(GDL) book build

train: setup ## run the training pages on this machine's device, into the site's table of devices
	@$(GDL) train

serve: book ## show the site on this computer
	@$(GDL) book serve

lab: setup ## open JupyterLab on the assignments
	@$(GDL) lab

assignments: setup ## make assignments/ from solutions/
	@$(GDL) release

grade: setup ## grade what is in submitted/: make grade ASSIGNMENT=02_shapes_and_parameters
	@[ -n "$(ASSIGNMENT)" ] || { echo "Name the assignment: make grade ASSIGNMENT=$(SAMPLE)"; exit 2; }
	@$(GDL) grade $(ASSIGNMENT) $(if $(REGRADE),--regrade)

kill-matrix: setup ## write pages that show which test catches which wrong answer
	@$(GDL) kill-matrix

# What the tests need of the system beside what everything needs.
setup-test:
	@PYTHON=$(PYTHON) requirements/install.sh test

lint: setup ## check style, types, what may use what, and the language of the texts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/hadolint docker/Dockerfile
	$(GDL) prose

# Needs only Node of the virtual environment, and npm's packages of package-lock.json.
figures: setup-test ## check, test and build the interactive figures anew: what is committed must be what comes out
	cd book/interactive && export PATH="$(CURDIR)/.venv/bin:$$PATH" && npm ci --silent --no-audit --no-fund && \
		npm run --silent lint && npm test --silent && npm run --silent check

quick: lint ## lint and the fast tests (under a minute)
	$(PYTEST) -q -n 2 -m "quick and not slow"

# Tests wait now and then, so that three processes keep two cores busy. What has limits of time shares them with one
# neighbour, as submissions of a class do, and what keeps all of them busy itself runs alone.
test: setup-test ## everything but the longer proofs: lint, tests, pages and solutions run again (about 20 minutes)
	@$(MAKE) --no-print-directory test-alone
	@$(MAKE) --no-print-directory -j3 --output-sync=target test-timing lint-behind figures-behind
	@$(MAKE) --no-print-directory test-notebooks
	@$(MAKE) --no-print-directory test-rest

# Named by file, so that no others are collected.
test-alone: setup-test
	$(PYTEST) -m "alone and not slow" $$(grep -rlF mark.alone tests --include='test_*.py')

test-timing: setup-test
	$(PYTEST) -n 2 -m "timing and not slow" $$(grep -rlF mark.timing tests --include='test_*.py')

# What has limits of time waits a fifth of the time: whatever runs behind it takes only what it leaves.
lint-behind figures-behind: %-behind: setup-test
	@nice -n 19 $(MAKE) --no-print-directory $*

test-notebooks: setup-test
	GDL_PROFILE=smoke $(PYTEST) -n 3 --dist loadfile --nbval book
	GDL_PROFILE=smoke $(PYTEST) -n 3 --dist loadfile --nbval-lax solutions

test-rest: setup-test
	$(PYTEST) -n 3 -m "not alone and not timing and not slow"

test-unit: setup-test ## the tests of helpers, data sets, commands and files
	$(PYTEST) -m "unit and not slow"

test-book: setup-test ## every page run again in the smoke profile, the tests of pages and site
	GDL_PROFILE=smoke $(PYTEST) --nbval book
	$(PYTEST) -m "book and not slow"

test-grading: setup-test ## every solution run again, the tests of engine, classroom and assignments
	GDL_PROFILE=smoke $(PYTEST) --nbval-lax solutions
	$(PYTEST) -m "(grading or assignments) and not slow"

test-browser: setup-test ## the interactive figures built anew, the site in a real browser
	@$(MAKE) --no-print-directory figures
	$(PYTEST) -m "browser and not slow"

test-slow: setup-test ## the longer proofs
	$(PYTEST) -m slow

test-hub: setup-test ## a class on a real JupyterHub in a real browser, as root (a minute or two)
	GDL_TEST_HUB=1 $(PYTEST) -m hub

image-test: setup-test ## build the images of docker/ for real and use them, as root (a quarter of an hour)
	docker/test.sh

bench: setup ## print the benchmark tables
	@shopt -s nullglob; for file in benchmarks/*.py; do .venv/bin/python "$$file" || exit; done

lock: setup ## resolve the dependencies of pyproject.toml anew into requirements/
	@requirements/lock.sh

clean: ## delete everything that was built, but not the virtual environment
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
