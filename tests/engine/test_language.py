"""The language host: a program's output, its failures, and its environment."""

from tests.engine.harness import Project


def test_program_runs_and_its_outputs_are_kept(project: Project) -> None:
    project.write("__main__.py", "import pulumi\nprint('hello')\npulumi.export('three', 3)\n")
    done = project.up().checked()
    assert done.messages("info") == "hello"
    assert project.outputs() == {"three": 3}
