"""remote.Command: what runs when, what is kept, what is shown."""

from tests.lab.engine.case import Arguments, Case, Step


def appends(text: str) -> str:
    return f"echo '{text}' >>@dir@/log"


def life(number: int, **more: object) -> dict[str, Arguments]:
    """One command that writes what it does, under its number, to the log."""
    return {
        "x": {
            "create": appends(f"create {number}"),
            "delete": appends(f"delete {number}"),
            "triggers": [number],
            **more,
        }
    }


def steady(**more: object) -> dict[str, Arguments]:
    return {"x": {"create": appends("create"), "stdin": "one", **more}}


CASES = (
    Case(
        title="create runs once, and streams what it says",
        steps=(
            Step(
                do="preview",
                resources={"x": {"create": "echo out; echo err >&2; echo ran >@dir@/ran"}},
                operations=("create x",),
                host={"ran": None},
            ),
            Step(
                operations=("create x",),
                says=("out", "err"),
                outputs={"x.stdout": "out", "x.stderr": "err"},
                host={"ran": "ran\n"},
            ),
            Step(files={"ran": None}, operations=(), host={"ran": None}),
            Step(do="refresh", operations=(), host={"ran": None}),
        ),
    ),
    Case(
        title="any changed input runs update, without one create again",
        steps=(
            Step(resources=steady(), operations=("create x",), host={"log": "create\n"}),
            Step(
                resources=steady(stdin="two"),
                operations=("update x",),
                differs=("stdin",),
                host={"log": "create\ncreate\n"},
            ),
            Step(
                resources=steady(stdin="two", update=appends("update")),
                operations=("update x",),
                differs=("update",),
                host={"log": "create\ncreate\nupdate\n"},
            ),
            Step(
                resources=steady(stdin="two", update=appends("update"), delete=appends("delete")),
                operations=("update x",),
                differs=("delete",),
                host={"log": "create\ncreate\nupdate\nupdate\n"},
            ),
            Step(
                do="destroy",
                operations=("delete x",),
                host={"log": "create\ncreate\nupdate\nupdate\ndelete\n"},
            ),
        ),
    ),
    Case(
        title="a changed connection runs the command again",
        steps=(
            Step(resources=steady()),
            Step(
                resources=steady(connection={"per_dial_timeout": 14}),
                operations=("update x",),
                differs=("connection",),
                host={"log": "create\ncreate\n"},
            ),
        ),
    ),
    Case(
        title="triggers replace: the new create, then the old delete",
        steps=(
            Step(resources=life(1), host={"log": "create 1\n"}),
            Step(
                resources=life(2),
                operations=("create-replacement x", "replace x", "delete-replaced x"),
                host={"log": "create 1\ncreate 2\ndelete 1\n"},
            ),
            Step(do="destroy", host={"log": "create 1\ncreate 2\ndelete 1\ndelete 2\n"}),
        ),
    ),
    Case(
        title="delete_before_replace turns the order round",
        steps=(
            Step(resources=life(1, opts={"delete_before_replace": True})),
            Step(
                resources=life(2, opts={"delete_before_replace": True}),
                operations=("delete-replaced x", "replace x", "create-replacement x"),
                host={"log": "create 1\ndelete 1\ncreate 2\n"},
            ),
        ),
    ),
    Case(
        title="stdin and outputs pass byte for byte, but for one last newline",
        steps=(
            Step(
                resources={
                    "newlines": {"create": r"printf 'a\nb\n\n'; printf 'no newline' >&2"},
                    "stdin": {"create": "cat >@dir@/got", "stdin": "naïve ✓\n\nend"},
                    "none": {"create": "wc -c"},
                    "much": {"create": "wc -c; seq 30000 | cksum", "stdin": "x" * 300_000},
                    "long": {"create": "seq 3000; seq 3000 >&2", "logging": "none"},
                },
                outputs={
                    "newlines.stdout": "a\nb\n",
                    "newlines.stderr": "no newline",
                    "none.stdout": "0",
                    "much.stdout": "300000\n3957459851 168894",
                    "long.stdout": "\n".join(str(number) for number in range(1, 3001)),
                },
                host={"got": "naïve ✓\n\nend"},
            ),
        ),
    ),
    Case(
        title="a failing create keeps nothing, and shows command and output",
        steps=(
            Step(
                resources={"x": {"create": 'echo out; echo err >&2; exit "3"'}},
                fails=True,
                operations=("create x",),
                says=(
                    r'Process exited with status 3: running "echo out; echo err >&2; exit \"3\"":',
                    "out\n",
                    "err\n",
                ),
            ),
            Step(do="destroy", operations=()),
        ),
    ),
    Case(
        title="a failing update leaves the resource as it was",
        steps=(
            Step(resources={"x": {"create": "echo made"}}),
            Step(
                resources={"x": {"create": "echo made", "update": "exit 4"}},
                fails=True,
                operations=("update x",),
                says=('Process exited with status 4: running "exit 4":',),
                outputs={"x.stdout": "made"},
            ),
            Step(resources={"x": {"create": "echo made"}}, operations=()),
        ),
    ),
    Case(
        title="a command killed by a signal fails",
        steps=(
            Step(
                resources={"x": {"create": "kill -KILL $$"}},
                fails=True,
                says=('Process exited with status 137 from signal KILL: running "kill -KILL $$":',),
            ),
        ),
    ),
    Case(
        title="logging chooses what is shown, not what is returned",
        steps=(
            Step(
                resources={
                    name: {"create": f"echo {name}-o; echo {name}-e >&2", "logging": logging}
                    for name, logging in (
                        ("both", "stdoutAndStderr"),
                        ("out", "stdout"),
                        ("err", "stderr"),
                        ("none", "none"),
                    )
                },
                says=("both-o", "both-e", "out-o", "err-e"),
                silent_in_messages=("out-e", "err-o", "none-o", "none-e"),
                outputs={"none.stdout": "none-o", "none.stderr": "none-e", "out.stderr": "out-e"},
            ),
        ),
    ),
    Case(
        title="what one command prints is another's input, unknown in the preview",
        steps=(
            Step(
                do="preview",
                resources={
                    "first": {"create": "echo token"},
                    "second": {"create": "cat", "stdin": {"of": "first"}},
                },
                operations=("create first", "create second"),
            ),
            Step(outputs={"second.stdout": "token"}),
            Step(
                resources={
                    "first": {"create": "echo other"},
                    "second": {"create": "cat", "stdin": {"of": "first"}},
                },
                operations=("update first", "update second"),
                outputs={"second.stdout": "other"},
            ),
        ),
    ),
    Case(
        title="many commands at once",
        steps=(
            Step(
                resources={f"x{number}": {"create": f"echo {number}"} for number in range(12)},
                outputs={f"x{number}.stdout": f"{number}" for number in range(12)},
            ),
        ),
    ),
)
