"""Dynamic resources in Python: created, updated, replaced, deleted, and drift."""

from tests.lab.engine.case import Arguments, Case, Step

CANARY = "canary-4711"


def file(text: object, path: str = "@dir@/file") -> dict[str, Arguments]:
    return {"f": {"path": path, "text": text}}


CASES = (
    Case(
        title="dynamic: create, update, replace, delete",
        steps=(
            Step(do="preview", resources=file("one\n"), operations=("create f",)),
            Step(operations=("create f",), host={"file": "one\n"}),
            Step(operations=()),
            Step(resources=file("two\n"), operations=("update f",), host={"file": "two\n"}),
            Step(
                resources=file("two\n", path="@dir@/moved"),
                operations=("create-replacement f", "replace f", "delete-replaced f"),
                host={"file": None, "moved": "two\n"},
            ),
            Step(do="destroy", operations=("delete f",), host={"moved": None}),
        ),
    ),
    Case(
        title="dynamic: refresh always shows drift in the preview, and up repairs it",
        options={"refresh": "always"},
        steps=(
            Step(resources=file("one\n")),
            Step(
                do="preview",
                files={"file": "by hand\n"},
                operations=("update f",),
                prints=("- one", "+ by hand"),
                host={"file": "by hand\n"},
            ),
            Step(operations=("update f",), host={"file": "one\n"}),
            Step(do="preview", operations=()),
            Step(do="preview", files={"file": None}, operations=("create f",)),
            Step(operations=("create f",), host={"file": "one\n"}),
        ),
    ),
    Case(
        title="dynamic: failures keep nothing",
        steps=(
            Step(
                resources=file("one\n", path="@dir@/no/such/folder"),
                fails=True,
                says=("FileNotFoundError",),
            ),
            Step(resources=file("one\n", path=""), fails=True, says=("must not be empty",)),
            Step(do="destroy", operations=()),
        ),
    ),
    Case(
        title="secret inputs are secret in the state, and are not shown",
        steps=(
            Step(
                do="preview",
                resources=file({"secret": CANARY}),
                silent_about=(CANARY,),
            ),
            Step(silent_about=(CANARY,), hidden=(CANARY,), host={"file": CANARY}),
            Step(
                resources=file({"secret": f"{CANARY}-2"}),
                operations=("update f",),
                silent_about=(CANARY,),
                hidden=(CANARY,),
                host={"file": f"{CANARY}-2"},
            ),
        ),
    ),
)
