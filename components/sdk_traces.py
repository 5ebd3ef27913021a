"""Imported early by the program: then Pulumi's SDK leaves out what it tells of the program itself.

The SDK records with each resource which lines of code declared it (1.7 kB, 40 % of a state), and
sends the engine five debug messages for each, waiting for an answer to every one. The engine shows
neither: the traces stay in the state, and the messages are dropped unless ``--debug`` is given. But
the state is written whole at each step of a run, so their cost grows with the square of the number
of domains (docs/decisions/0025-sdk-traces.md has the numbers).

There is no switch of the SDK's own for it. ``TAPAL_TRACES=true`` keeps both, for whoever looks for
a fault with ``pulumi up --debug``; an SDK that has renamed its function keeps the traces too.
"""

import os
from collections.abc import Mapping

import pulumi
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

KEEP = "TAPAL_TRACES"
# A private function of the SDK, called for each resource; what it returns goes into the state.
STACK_TRACE = "_get_stack_trace"


def leave_out(environment: Mapping[str, str]) -> None:
    """Have the SDK record no stack traces and send no debug messages, unless they are kept."""
    if environment.get(KEEP, "").lower() in {"1", "true"}:
        return
    if hasattr(registration, STACK_TRACE):
        setattr(registration, STACK_TRACE, source_pb2.StackTrace)
    setattr(pulumi.log, "debug", _drop)  # noqa: B010 - a function of a module, replaced on purpose


def _drop(*_message: object, **_options: object) -> None:
    """Take a debug message, and do nothing."""


leave_out(os.environ)
