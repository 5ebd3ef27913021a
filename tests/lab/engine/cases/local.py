"""local.Command and local.run: the same rules without SSH."""

from tests.lab.engine.case import Arguments, Case, Step
from tests.lab.engine.cases.command import appends


def local(**arguments: object) -> dict[str, Arguments]:
    return {"x": {"type": "local.Command", **arguments}}


CASES = (
    Case(
        title="local: create, update, replace, delete",
        steps=(
            Step(
                resources=local(create=appends("create"), delete=appends("delete"), stdin="1"),
                operations=("create x",),
                host={"log": "create\n"},
            ),
            Step(
                resources=local(create=appends("create"), delete=appends("delete"), stdin="2"),
                operations=("update x",),
                host={"log": "create\ncreate\n"},
            ),
            Step(
                resources=local(create=appends("new"), delete=appends("end"), triggers=[1]),
                operations=("create-replacement x", "replace x", "delete-replaced x"),
                host={"log": "create\ncreate\nnew\ndelete\n"},
            ),
            Step(do="destroy", host={"log": "create\ncreate\nnew\ndelete\nend\n"}),
        ),
    ),
    Case(
        title="local: stdin, environment, folder, interpreter, previous output",
        steps=(
            Step(
                files={"here/file": "content"},
                resources=local(
                    create='cat - file; echo " $GREETING [$PULUMI_COMMAND_STDOUT]"; echo e >&2',
                    stdin="in ",
                    dir="@dir@/here",
                    environment={"GREETING": "hello"},
                    interpreter=["/bin/bash", "-c"],
                ),
                says=("in content hello []", "e"),
                outputs={"x.stdout": "in content hello []", "x.stderr": "e"},
            ),
            Step(
                resources=local(
                    create='cat - file; echo " $GREETING [$PULUMI_COMMAND_STDOUT]"',
                    stdin="in ",
                    dir="@dir@/here",
                    environment={"GREETING": "hi"},
                    interpreter=["/bin/bash", "-c"],
                ),
                warns=0,
                outputs={"x.stdout": "in content hi [in content hello []]", "x.stderr": ""},
            ),
        ),
    ),
    Case(
        title="local: failures",
        steps=(
            Step(
                resources=local(create="echo out; exit 3"),
                fails=True,
                says=('exit status 3: running "echo out; exit 3":\nout',),
            ),
            Step(
                resources=local(create="true", dir="@dir@/nowhere"),
                fails=True,
                says=("chdir @dir@/nowhere: no such file or directory",),
            ),
        ),
    ),
    Case(
        title="local.run runs with the program, in the preview too",
        steps=(
            Step(
                do="preview",
                runs={"r": {"command": "echo ran >>@dir@/log; cat", "stdin": "given"}},
                host={"log": "ran\n"},
            ),
            Step(outputs={"r.stdout": "given", "r.stderr": ""}, host={"log": "ran\nran\n"}),
            Step(
                runs={"r": {"command": "echo why >&2; exit 5"}},
                fails=True,
                says=('exit status 5: running "echo why >&2; exit 5":\nwhy',),
            ),
        ),
    ),
)
