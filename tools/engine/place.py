"""What is said before `pulumi` is asked: where the state is, which stacks in it have no file."""

from collections.abc import Mapping

from tools.engine.backend import PROJECT, file_backend, is_chosen

NO_PLACE = """\
✗ nobody has said where the state is kept, which is Pulumi's memory of what exists
  cure: pulumi login --local (a folder of yours on this computer), or another place:
        docs/state-and-secrets.md"""
NO_FILE = """\
! {stack} is still up, and its file stacks/Pulumi.{stack}.yaml is gone
  cure: bring the file back (git log -- stacks/Pulumi.{stack}.yaml), or bring it back
        and remove the stack: make destroy STACK={stack}"""


def problem(environment: Mapping[str, str]) -> str:
    """Return why `pulumi` cannot be asked at all, with the cure; empty if it can."""
    return "" if is_chosen(environment) else NO_PLACE


def without_file(environment: Mapping[str, str]) -> list[str]:
    """Return what to say of each stack that is up and whose file is gone.

    A folder is looked into. Other places are not asked: they answer slowly, and hold stacks of
    other clones.
    """
    backend = file_backend(environment)
    stacks = backend.stacks() if backend else []
    files = {path.name for path in (PROJECT / "stacks").glob("Pulumi.*.yaml")}
    return [NO_FILE.format(stack=one) for one in stacks if f"Pulumi.{one}.yaml" not in files]
