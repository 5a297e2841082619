# Each target is one line of intent; what it does stands in tools/ and tests/.
PYTHON ?= python3
VENV ?= .venv
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
PINS ?= -r requirements.txt
RUN := $(VENV)/bin/python -m
READY := $(VENV)/ready
FINDINGS := mirage/data/findings
PACKAGE := $(shell find mirage -type f -not -path '*/__pycache__/*' -not -path '$(FINDINGS)/*')
PAIRS := $(patsubst %.md,%.ipynb,$(wildcard notebooks/*.md))
EXECUTED := $(PAIRS:%=build/%)
TO_TRAIN := $(VENV)/to-train
DATA := build/data
SUMMARY := build/notebooks/what-it-comes-to.ipynb
COPY_FINDINGS := if grep -l '"missing": "[^b]' build/notebooks/*.ipynb; then echo "These pages ran without their data; nothing was copied."; exit 1; fi; for new in build/findings/*.json; do cmp -s $$new $(FINDINGS)/$${new\#\#*/} || cp $$new $(FINDINGS)/; done
TEACHING := build/teaching
ASSIGNMENTS := $(patsubst assignments/%.md,build/assignments/autograder/%.zip,$(wildcard assignments/*.md))
LONG := arithmetic calibration vision
SITE := build/_build/html/index.html

# Notebooks run side by side, each on one thread; the order of sets and the like does not vary.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0) # a make below, or the caller, has said how many
MAKEFLAGS += --jobs=$(JOBS)
endif
MAKEFLAGS += --no-print-directory
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PYTHONHASHSEED := 0
unexport PYTHONDONTWRITEBYTECODE # without compiled files each start takes seconds longer
ifdef MIRAGE_DATA
override MIRAGE_DATA := $(or $(shell cd "$(MIRAGE_DATA)" 2>/dev/null && pwd),$(MIRAGE_DATA))
export MIRAGE_DATA
endif

.DELETE_ON_ERROR:
.PHONY: help setup book live data serve lighthouse pdf slides assignments grade test test-train test-assignments check fix findings pair bench calibration arithmetic vision links newest requirements figures release clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "make %-13s %s\n", $$1, $$2}'

setup: $(READY) ## make the virtual environment in .venv

book: $(SITE) ## build the book under build/ and say where to open it
	@echo "The book is ready: open $(CURDIR)/$(SITE) in a browser, or run 'make serve'."

live: book ## put Python for browsers into the site, so that exercises run on the page
	@$(RUN) tools.site.live

data: $(READY) ## list the published results, and fetch those that are not there
	@$(RUN) mirage.datasets

serve: book ## show the book at http://127.0.0.1:8000
	@$(RUN) tools.site.serve 8000

lighthouse: book ## measure pages as a phone would load them; PAGES="book/index …" names others
	@$(RUN) tools.site.lighthouse $(PAGES)

pdf: book ## print the whole book into build/book.pdf, with SOLUTIONS=1 with the solutions
	@$(RUN) tools.site.pdf $(if $(SOLUTIONS),--solutions)

slides: $(EXECUTED) ## a deck for each part of the book into build/slides, as HTML and PDF
	@$(RUN) tools.slides

assignments: $(ASSIGNMENTS) ## build the assignments: student notebooks, autograders, solutions
	@echo "The assignments are in $(CURDIR)/build/assignments."

grade: $(ASSIGNMENTS) ## grade the notebooks in the folder SUBMISSIONS; SECONDS=… is the time of each
	@$(TEACHING)/bin/python -m tools.grading "$(SUBMISSIONS)" --jobs $(JOBS) $(if $(SECONDS),--seconds $(SECONDS))

test: check ## every test: package, notebooks, site in a browser, Colab simulation
	@$(MAKE) book
	@$(RUN) pytest -n $(JOBS) --dist loadfile --durations 15 --durations-min 5

test-train: $(TO_TRAIN) ## install PyTorch, and test what trains
	@$(RUN) pytest tests/families mirage/families

test-assignments: $(ASSIGNMENTS) ## test the assignments: right, wrong and hostile submissions
	@$(TEACHING)/bin/python -m pytest tests/assignments --confcutdir tests/assignments -W default
	@$(RUN) pytest tests/test_colab.py -k assignment

check: $(READY) ## the quick checks: style of the code, pairs, pages
	@$(RUN) ruff check . && $(RUN) ruff format --check --quiet . && $(RUN) tools.pair --check && $(RUN) tools.lint

fix: $(READY) ## format the code, also of the pages, and mend what can be mended
	@$(RUN) tools.fix

findings: book ## bring what the pages found to mirage/data/findings, and sum it up
	@$(COPY_FINDINGS)
	@$(MAKE) $(SUMMARY)
	@$(COPY_FINDINGS)

pair: $(PAIRS) ## write the .ipynb of each notebook from its .md

bench: live $(TO_TRAIN) ## ratios against peers, measured in one run
	@$(RUN) benchmarks

calibration: $(READY) ## measure how far the statistics can be trusted (an hour or two; goes on where it stopped)
	@$(RUN) experiments.calibration

arithmetic: $(TO_TRAIN) ## train the arithmetic family again (some hours; goes on where it stopped)
	@$(RUN) experiments.arithmetic --workers $(JOBS)

vision: $(TO_TRAIN) ## train the vision families again (less than half an hour; goes on where it stopped)
	@$(RUN) experiments.vision --workers $(JOBS)

links: book ## check the links to other sites
	@$(RUN) tools.site --links

newest: ## every test, in every state of the data, on the newest versions of all packages
	@MIRAGE_WEEKLY=1 $(MAKE) test VENV=build/newest PINS='--upgrade .[book,test]'

requirements: $(READY) ## compile requirements.txt from pyproject.toml
	@$(RUN) tools.pins

figures: $(READY) ## draw the figure of the README
	@$(RUN) tools.figure

release: $(READY) ## say the steps of a release, check them, run every test, build the wheel
	@$(RUN) tools.release
	@$(MAKE) test
	@$(RUN) uv build --quiet --wheel --no-build-isolation --out-dir build/release
	@echo "The wheel is in build/release. Now tag the commit: step 3."

clean: ## remove what was built; keep the environment, and what took hours
	@[ ! -d build ] || find build -mindepth 1 -maxdepth 1 $(LONG:%=! -name %) -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@echo "Setting up $(VENV) (about half a minute) …"
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' requirements.txt)
	@$(VENV)/bin/uv pip install --python $(VENV)/bin/python $(PINS)
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation --editable .
	@$(VENV)/bin/python -c 'from mirage import charts, check; check.exercises()' # compiled now, once, and not in a notebook's time
	@touch $@

$(TO_TRAIN): $(READY)
	@echo "Installing PyTorch …"
	@$(RUN) pip install --quiet --disable-pip-version-check $$(sed -n "s/ ; extra == 'train'//p" requirements.txt)
	@touch $@

$(TEACHING)/ready: assignments/requirements.txt pyproject.toml | $(READY)
	@echo "Setting up $(TEACHING), in which assignments are built and graded …"
	@$(RUN) uv venv --quiet --clear $(TEACHING)
	@$(RUN) uv pip install --python $(TEACHING)/bin/python -r $<
	@$(RUN) uv pip install --quiet --python $(TEACHING)/bin/python --no-deps --editable .
	@touch $@

build/assignments/autograder/%.zip: assignments/%.md tools/assign.py tools/pair.py $(PACKAGE) $(TEACHING)/ready
	@$(TEACHING)/bin/python -m tools.assign $< >build/assignments-$*.log 2>&1 || { cat build/assignments-$*.log; exit 1; }
	@echo "built the assignment $*"

notebooks/%.ipynb: notebooks/%.md tools/pair.py pyproject.toml | $(READY)
	@$(RUN) tools.pair $<

# Once, before the notebooks, which would each fetch and show it. Without the data they show notes instead.
$(DATA): mirage/data/sources.csv | $(READY)
	@mkdir -p $(@D)
	@$(RUN) mirage.datasets >/dev/null || echo "Going on without these data."
	@touch $@

build/notebooks/%.ipynb: notebooks/%.ipynb tools/run.py $(PACKAGE) $(READY) | $(DATA)
	@$(RUN) tools.run $< $@

$(SUMMARY): $(filter-out %/what-it-comes-to.json,$(wildcard $(FINDINGS)/*)) # of all other pages

$(SITE): $(EXECUTED) book/. $(shell find book -mindepth 1) _config.yml _toc.yml $(shell find tools/site -type f -not -path "*/__pycache__/*") tools/project.py $(PACKAGE)
	@$(RUN) tools.site
	@touch $@
