# Each target is a line that a person could type; `make help` lists them under the lines ##@.
.DEFAULT_GOAL := help
KNOWN := $(sort $(patsubst stacks/Pulumi.%.yaml,%,$(wildcard stacks/Pulumi.*.yaml)))
# Who has one stack need not name it; the example and the lab's are nobody's.
OWN := $(filter-out example.com lab,$(KNOWN))
STACK ?= $(if $(filter 1,$(words $(OWN))),$(OWN))
BASE ?= origin/main
PYTHON := venv/bin/python
# Refresh with the stack's present settings, not with those of the last `up`.
export PULUMI_RUN_PROGRAM := true
# The lab's stack is worked on inside the lab's network, any other with the pulumi at hand.
IN_LAB := $(filter lab,$(STACK))
TOOL := $(if $(IN_LAB),$(PYTHON) -m lab run) $(PYTHON) -m tools
ENGINE := $(TOOL).engine
# Answered before it is asked, for a pipeline.
YES ?=
GIVEN = $(if $(YES),--yes) $(ARGS)
# The passphrase that `make new` made, where no other is given (tools/passphrase.py).
PASSPHRASE := $(wildcard $(HOME)/.tapal-passphrase)
ifeq ($(origin PULUMI_CONFIG_PASSPHRASE) $(origin PULUMI_CONFIG_PASSPHRASE_FILE),undefined undefined)
ifneq ($(PASSPHRASE),)
export PULUMI_CONFIG_PASSPHRASE_FILE := $(PASSPHRASE)
endif
endif
READY := $(if $(IN_LAB),setup,venv)
NOT_NAMED = $(if $(STACK),there is no stacks/Pulumi.$(STACK).yaml (if it was removed, git has it),name a stack with STACK=…); \
  the stacks here are $(KNOWN), and "make new DOMAIN=…" makes another

help:  ## this list
	@sed -n -e 's/^##@ \(.*\)/\n\1/p' -e 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# Of a name that was mistyped, Pulumi would offer to make a new stack.
named:
	@$(if $(filter $(STACK),$(KNOWN)),:,echo '✗ $(NOT_NAMED)' >&2; exit 1)

##@ First use

demo: export STARTED := $(shell date +%s.%N)
demo: setup  ## the whole way in the lab: blank VPS, pulumi up, a verified mail
	@$(PYTHON) -m lab.demo

new: venv  ## make a stack: six questions at most, or flags (DOMAIN=… ARGS="--help")
	@$(PYTHON) -m tools.new_stack $(if $(DOMAIN),--domain $(DOMAIN)) $(ARGS)

preview: named $(READY)  ## show what `make up` would change (STACK=…)
	@$(ENGINE) preview $(STACK) $(ARGS)

up: named $(READY)  ## make it so, after a preview and a yes, if there is anything to do (STACK=…, YES=1)
	@$(ENGINE) up $(STACK) $(GIVEN)

password: named $(READY)  ## an account's password, and what to type into a mail program (ACCOUNT=…, NEW=1)
	@$(TOOL).password $(STACK) $(if $(ACCOUNT),--account '$(ACCOUNT)') $(if $(NEW),--new) $(GIVEN)

testmail: named $(READY)  ## one mail, followed to the receiver's answer (TO=you@example.net, ACCOUNT=…)
	@$(TOOL).testmail $(STACK) --to '$(TO)' $(if $(ACCOUNT),--account '$(ACCOUNT)') $(ARGS)

##@ Every day

status: named $(READY)  ## how the server is, what waits there, the last mails (STACK=…, ARGS=--json)
	@$(TOOL).status $(STACK) $(ARGS)

logs: named $(READY)  ## what the mail server does, or one address's mails (STACK=…, ADDRESS=…)
	@$(TOOL).logs $(STACK) $(if $(ADDRESS),--address '$(ADDRESS)') $(ARGS)

users: named $(READY)  ## what each account sends, and which are shut out (STACK=…, ARGS=--json)
	@$(TOOL).users $(STACK) $(ARGS)

blocked: named $(READY)  ## who is shut out for guessing passwords, and what was not let out (STACK=…)
	@$(TOOL).blocked $(STACK)

unblock: named $(READY)  ## let an address in again (STACK=… ADDRESS=…)
	@$(TOOL).blocked $(STACK) --free '$(ADDRESS)'

drift: named $(READY)  ## is everything as the stack's file says, host and zone? (STACK=…)
	@$(TOOL).pull_request drift $(STACK)

graph: named $(READY)  ## the stack as a page to look at (STACK=…, OUT=FILE.html)
	@$(TOOL).graph $(STACK) $(if $(OUT),--out '$(OUT)') $(ARGS)

unlock: named $(READY)  ## take the lock from a run that was killed, and tidy up after it (STACK=…)
	@$(ENGINE) unlock $(STACK) $(GIVEN)

destroy: named $(READY)  ## remove our records and files, after a yes (STACK=…, YES=1)
	@$(ENGINE) destroy $(STACK) $(GIVEN)

##@ Teams

lint-stacks: venv  ## every stack's file checked, without engine or secrets (ARGS="--strict FILE…")
	@$(PYTHON) -m tools.lint_stacks $(ARGS)

pr: venv  ## what this branch would change, as the comment on its pull request (BASE=origin/main)
	@$(PYTHON) -m tools.pull_request preview --base $(BASE)

venv:  ## what the program alone needs, for a stack of your own
	@tools/venv.sh

version: venv  ## the versions of tapal, Python, pulumi and its plugins, chasquid's minimum
	@$(PYTHON) -m tools.version

##@ Developers

setup:  ## install what the program, the lab and the tests need (Debian, as root)
	@lab/setup.sh

# The same, and what the tests need: without root, which `setup` asks for.
venv-dev:
	@tools/venv.sh dev

quick: venv-dev  ## style, types and all tests that need no lab: a minute, without root
	@tests/quick

test: setup  ## all checks and tests
	@tests/run

test-chaos: setup  ## what is long: 40 broken hosts one by one, kills, power cuts, other systems
	@$(PYTHON) -m pytest -m chaos -p no:xdist tests

coverage: venv-dev  ## how much of settings, mail and components the quick tests run
	@$(PYTHON) -m tests.coverage

fuzz: setup  ## random stacks' files through the check: none may end in a traceback (STACKS=…)
	@$(PYTHON) -m tests.settings.bad_stacks.fuzz $(STACKS)

rules: venv  ## write docs/rules.md: every rule, its source, reason and cure
	@$(PYTHON) -m tools.rules

debian-keys: venv-dev  ## renew Debian's archive keys in components/host/keys/ (on Debian, with gpg)
	@$(PYTHON) -m tools.debian_keys

lab-status: setup  ## the lab's nodes and services
	@$(PYTHON) -m lab status

lab-logs: setup  ## what chasquid says on the lab's VPS
	@$(PYTHON) -m lab logs vps chasquid

lab-send: setup  ## one more mail in the lab, and the receiver's verdict
	@$(PYTHON) -m lab.demo send

lab-down: setup  ## stop the lab and leave nothing behind
	@$(PYTHON) -m lab down

bench: setup  ## what the mail gate costs, and Postfix with OpenDKIM or rspamd beside us
	@$(PYTHON) -m benchmarks.gate

stations: venv-dev  ## how far a value travels from a stack's file to its resource
	@$(PYTHON) -m benchmarks.stations

.PHONY: help named demo new preview up password testmail status logs graph users blocked unblock drift unlock destroy lint-stacks pr venv version setup venv-dev quick test test-chaos coverage fuzz rules debian-keys lab-status lab-logs lab-send lab-down bench stations
