"""This clone of the repository: what differs in it from another state, and the stacks it holds."""

import os
import re
import subprocess
from collections.abc import Mapping

from settings import stack_file
from settings.stack_file import PREFIX, SUFFIX, Config, StackFileError
from tools.pull_request.changed_stacks import Change

LEFT_OUT = "TAPAL_SKIP_STACKS"
"""Names, separated by spaces or commas, of stack files that nobody deploys from here."""

USUALLY_LEFT_OUT = "example.com lab"  # the example that explains every key, and the lab's own


class RepositoryError(RuntimeError):
    """git cannot say what is asked; the message holds its words and the cure."""


def change_since(base: str) -> Change:
    """Return what the working tree has changed since it parted from ``base``.

    The working tree, because that is what `pulumi` runs: a person's own changes count before they
    are committed, and new files before they are added.

    Raises:
        RepositoryError: git knows no such commit, or no common ancestor.
    """
    told = _git("diff", "--name-status", "--no-renames", "-z", "--merge-base", base, "--")
    fields = told.split("\0")[:-1]
    pairs = list(zip(fields[::2], fields[1::2], strict=True))
    new = _git("ls-files", "--others", "--exclude-standard", "-z").split("\0")[:-1]
    return Change(
        written=frozenset((*(path for status, path in pairs if status != "D"), *new)),
        deleted=frozenset(path for status, path in pairs if status == "D"),
    )


def left_out(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the stacks that are not deployed, though they have a file."""
    return frozenset(re.split(r"[\s,]+", environment.get(LEFT_OUT, USUALLY_LEFT_OUT))) - {""}


def stacks() -> dict[str, Config]:
    """Return every stack that may be deployed, with its configuration.

    One whose file cannot be read has none here; its preview will say what is wrong with it.
    """
    return {name: _config(name) for name in stack_file.names() if name not in left_out()}


def file_of(stack: str) -> str:
    """Return the path of a stack's file, from the repository's top."""
    return stack_file.path(stack).relative_to(stack_file.PROJECT).as_posix()


def stack_of(path: str) -> str | None:
    """Return the stack whose file ``path`` is, or would be; None for any other file."""
    head, tail = file_of("\0").split("\0")
    middle = path.removeprefix(head).removesuffix(tail)
    return middle if path == f"{head}{middle}{tail}" and "/" not in middle else None


def text_of_stack_files() -> str:
    """Return what stands in clear in the stacks' files."""
    files = stack_file.folder().glob(f"{PREFIX}*{SUFFIX}")
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


def _config(stack: str) -> Config:
    try:
        return stack_file.config(stack)
    except StackFileError:
        return {}


def _git(*arguments: str) -> str:
    argv = ["git", "-C", str(stack_file.PROJECT), *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RepositoryError(
            f"`git {' '.join(arguments)}` failed: {done.stderr.strip()}\n"
            "Cure: `git fetch origin` first; in a workflow, actions/checkout with fetch-depth: 0."
        )
    return done.stdout
