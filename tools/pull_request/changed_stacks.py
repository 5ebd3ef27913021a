"""Which stacks a change concerns: those whose own file changed, or all when the program did."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from settings.stack_file import Config

HOST_STACK = "tapal:hostStack"

# What `pulumi up` never reads. All else is the program, and so is a file that is new to this list:
# a preview too many costs seconds, one too few an unpleasant surprise.
NOT_THE_PROGRAM = frozenset(
    {".ci", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml", "LICENSE"}
    | {
        "Makefile",
        "benchmarks",
        "docs",
        "lab",
        "pyproject.toml",
        "requirements-dev.txt",
        "stacks",
        "tests",
        "tools",
    }
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What differs from the state that was deployed.

    Attributes:
        written: paths of files that are new or different, from the repository's top.
        deleted: paths of files that are no more.
    """

    written: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()

    @property
    def paths(self) -> frozenset[str]:
        """Return every path that the change touches."""
        return self.written | self.deleted


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The stacks that a change concerns.

    Attributes:
        reasons: why, for each stack, hosts before the domains on them.
        gone: stacks whose files were deleted.
    """

    reasons: Mapping[str, str]
    gone: tuple[str, ...] = ()


def every(stacks: Mapping[str, Config], reason: str) -> Chosen:
    """Return all ``stacks``, in order."""
    return Chosen(reasons=dict.fromkeys(in_order(stacks), reason))


def choose(
    change: Change,
    stacks: Mapping[str, Config],
    *,
    file_of: Callable[[str], str],
    stack_of: Callable[[str], str | None],
    left_out: frozenset[str] = frozenset(),
) -> Chosen:
    """Return the stacks that ``change`` concerns.

    Args:
        change: what differs.
        stacks: every stack that may be deployed, with its file's configuration.
        file_of: gives the path of a stack's file.
        stack_of: gives the stack whose file a path is; None for any other file.
        left_out: stacks that are not deployed: a deleted file of theirs means nothing.
    """
    deleted = {stack_of(path) for path in change.deleted} - {None, *stacks, *left_out}
    gone = tuple(sorted(str(name) for name in deleted))
    program = sorted(path for path in change.paths if is_program(path))
    if program:
        more = f" and {len(program) - 1} more" if len(program) > 1 else ""
        reasons = every(stacks, f"the program changed: {program[0]}{more}").reasons
    else:
        found = {name: _reason(name, stacks, change.paths, file_of) for name in in_order(stacks)}
        reasons = {name: reason for name, reason in found.items() if reason}
    return Chosen(reasons=reasons, gone=gone)


def is_program(path: str) -> bool:
    """Return whether `pulumi up` may read the file at ``path``."""
    parts = PurePosixPath(path).parts
    is_page = len(parts) == 1 and path.endswith(".md")
    return bool(parts) and parts[0] not in NOT_THE_PROGRAM and not is_page


def in_order(stacks: Mapping[str, Config]) -> list[str]:
    """Return the names of ``stacks``, those that own a host before those that use it."""
    return sorted(stacks, key=lambda name: (host_of(stacks[name]) is not None, name))


def host_of(config: Config) -> str | None:
    """Return the stack that owns the host which a stack uses; None if it has its own."""
    host = config.get(HOST_STACK)
    return host if isinstance(host, str) and host else None


def _reason(
    name: str,
    stacks: Mapping[str, Config],
    paths: frozenset[str],
    file_of: Callable[[str], str],
) -> str:
    config = stacks[name]
    host = host_of(config)
    if file_of(name) in paths:
        return "its file changed"
    if host is not None and file_of(host) in paths:
        return f"its host's stack, {host}, changed"
    named = sorted({text.removeprefix("./") for text in _texts(config)} & paths)
    return f"{named[0]}, which it names, changed" if named else ""


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
