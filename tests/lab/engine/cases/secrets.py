"""Secrets: an input that is one stays one, unless the command itself prints it."""

from tests.lab.engine.case import Case, Step
from tests.lab.engine.cases.connection import ONCE

CANARY = "canary-4711"

CASES = (
    Case(
        title="secret inputs are secret in the state, and are not shown",
        steps=(
            Step(
                do="preview",
                resources={
                    "x": {"create": "cat >@dir@/got", "stdin": {"secret": CANARY}},
                },
                silent_about=(CANARY,),
            ),
            Step(silent_about=(CANARY,), hidden=(CANARY,), host={"got": CANARY}),
            Step(
                resources={"x": {"create": "cat >@dir@/got", "stdin": {"secret": f"{CANARY}-2"}}},
                operations=("update x",),
                differs=("stdin",),
                silent_about=(CANARY,),
                hidden=(CANARY,),
                host={"got": f"{CANARY}-2"},
            ),
        ),
    ),
    Case(
        title="a secret that is echoed is shown and returned in plain text",
        steps=(
            Step(
                resources={"x": {"create": "cat", "stdin": {"secret": CANARY}}},
                says=(CANARY,),
                outputs={"x.stdout": CANARY},
            ),
            Step(
                resources={"x": {"create": "cat; exit 1", "stdin": {"secret": CANARY}}},
                fails=True,
                says=(f'status 1: running "cat; exit 1":\n{CANARY}',),
            ),
        ),
    ),
    Case(
        title="logging none silences the stream, additional_secret_outputs hide the outputs",
        steps=(
            Step(
                resources={
                    "x": {
                        "create": "cat",
                        "stdin": {"secret": CANARY},
                        "logging": "none",
                        "opts": {"additional_secret_outputs": ["stdout", "stderr"]},
                    }
                },
                silent_about=(CANARY,),
                hidden=(CANARY,),
                outputs={"x.stdout": CANARY, "x.stderr": ""},
                secret=("x.stdout", "x.stderr"),
            ),
        ),
    ),
    Case(
        title="the private key is nowhere in plain text",
        steps=(
            Step(resources={"x": {"create": "true"}}, hidden=("PRIVATE KEY",)),
            Step(
                resources={"x": {"create": "true", "connection": {"user": "@user@x", **ONCE}}},
                fails=True,
                silent_about=("PRIVATE KEY",),
                hidden=("PRIVATE KEY",),
            ),
        ),
    ),
)
