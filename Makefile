# Each target is a line that a person could type; see README.md.
.DEFAULT_GOAL := help
STACK ?= lab
PYTHON := venv/bin/python
export STARTED := $(shell date +%s.%N)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup:  ## install what the program, the lab and the tests need
	@lab/setup.sh

demo: setup  ## the whole way in the lab: blank VPS, pulumi up, a verified mail
	@$(PYTHON) -m lab demo

test: setup  ## all checks and tests
	@tests/run

preview: setup  ## show what `make up` would change (STACK=…)
	@$(PYTHON) -m lab pulumi $(STACK) preview --diff

up: setup  ## make it so (STACK=…)
	@$(PYTHON) -m lab pulumi $(STACK) up --yes

destroy: setup  ## remove our records and files (STACK=…)
	@$(PYTHON) -m lab pulumi $(STACK) destroy

send: setup  ## send a mail in the lab and show the receiver's verdict
	@$(PYTHON) -m lab send

status: setup  ## the lab's nodes and services
	@$(PYTHON) -m lab status

logs: setup  ## what chasquid says on the lab's VPS
	@$(PYTHON) -m lab logs vps chasquid

down: setup  ## stop the lab and leave nothing behind
	@$(PYTHON) -m lab down

.PHONY: help setup demo test preview up destroy send status logs down
