"""remote.CopyToRemote: texts, files and folders; in place, and never taken away."""

from tests.lab.engine.case import Arguments, Case, Step

COPY = "remote.CopyToRemote"


def copies(source: dict[str, str], to: str = "copy", **more: object) -> dict[str, Arguments]:
    return {"x": {"type": COPY, "source": source, "remote_path": f"@dir@/{to}", **more}}


def copies_file(to: str) -> dict[str, Arguments]:
    paths = {"local_path": "@dir@/source", "remote_path": f"@dir@/{to}"}
    return {"x": {"type": "remote.CopyFile", **paths}}


CASES = (
    Case(
        title="a text is written, updated in place, and stays after destroy",
        steps=(
            Step(
                do="preview",
                resources=copies({"text": "one\n"}),
                operations=("create x",),
                host={"copy": None},
            ),
            Step(operations=("create x",), host={"copy": "one\n"}, modes={"copy": 0o644}),
            Step(files={"copy": "by hand\n"}, operations=(), host={"copy": "by hand\n"}),
            Step(
                resources=copies({"text": "two\n"}),
                operations=("update x",),
                differs=("source",),
                host={"copy": "two\n"},
            ),
            Step(
                resources=copies({"text": "two\n"}, to="new/place"),
                operations=("update x",),
                differs=("remotePath",),
                host={"copy": "two\n", "new/place": "two\n"},
            ),
            Step(do="destroy", operations=("delete x",), host={"new/place": "two\n"}),
        ),
    ),
    Case(
        title="a file is copied again when its content changes",
        steps=(
            Step(
                files={"source": "one\n"},
                resources=copies({"file": "@dir@/source"}),
                host={"copy": "one\n"},
                modes={"copy": 0o644},
            ),
            Step(operations=()),
            Step(
                files={"source": "two\n"},
                operations=("update x",),
                differs=("source",),
                host={"copy": "two\n"},
            ),
            Step(files={"source": "three\n"}, do="destroy", host={"copy": "two\n"}),
        ),
    ),
    Case(
        title="a folder goes into the remote folder under its own name",
        steps=(
            Step(
                files={"tree/a": "a\n", "tree/deep/b": "b\n"},
                resources=copies({"archive": "@dir@/tree"}),
                host={"copy/tree/a": "a\n", "copy/tree/deep/b": "b\n"},
            ),
            Step(
                files={"tree/a": "changed\n", "tree/deep/b": None},
                operations=("update x",),
                differs=("source",),
                host={"copy/tree/a": "changed\n", "copy/tree/deep/b": "b\n"},
            ),
            Step(do="destroy", operations=("delete x",), host={"copy/tree/a": "changed\n"}),
        ),
    ),
    Case(
        title="triggers replace, which copies again",
        steps=(
            Step(resources=copies({"text": "one\n"}, triggers=[1]), host={"copy": "one\n"}),
            Step(
                files={"copy": "by hand\n"},
                resources=copies({"text": "one\n"}, triggers=[2]),
                operations=("create-replacement x", "replace x", "delete-replaced x"),
                host={"copy": "one\n"},
            ),
        ),
    ),
    Case(
        title="CopyFile, the deprecated one: any change replaces it",
        steps=(
            Step(
                files={"source": "one\n"},
                resources=copies_file("copy"),
                operations=("create x",),
                host={"copy": "one\n"},
            ),
            Step(files={"source": "two\n"}, operations=(), host={"copy": "one\n"}),
            Step(
                resources=copies_file("elsewhere"),
                operations=("create-replacement x", "replace x", "delete-replaced x"),
                host={"copy": "one\n", "elsewhere": "two\n"},
            ),
        ),
    ),
    Case(
        title="what cannot be copied fails with the reason",
        steps=(
            Step(
                files={"folder/keep": ""},
                resources=copies({"text": "one\n"}, to="folder"),
                fails=True,
                says=("is a directory; when using a text asset, remotePath must be a file path",),
                host={"folder/keep": ""},
            ),
        ),
    ),
)
