"""What the resources on the host share: a script that goes over one SSH connection.

The module must keep its path: every stack's state refers to what it holds by module and name.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import ConfigureRequest, DiffResult, ReadResult, ResourceProvider

from components.resources.host_files import READ_ALL, Entry, entries
from components.resources.reading import Reading
from settings.ssh_target import SshTargetError, read_ssh_target

if TYPE_CHECKING:
    from ssh.connection import Completed

FOLDERS = Path(__file__).with_name("folders.sh").read_text(encoding="utf-8")
MISSING = 44
# One for all resources of a run: they are on one host.
FILES: Reading[dict[str, Entry]] = Reading()

Properties = dict[str, Any]


class HostFileError(RuntimeError):
    """A file could not be read, written or deleted; the message names it and has the cure.

    ``is_repeated`` says that the same run was told the same already.
    """

    # The engine shows the qualified name before the message; this keeps the line short.
    __module__ = "builtins"

    def __init__(self, message: str, *, is_repeated: bool = False) -> None:
        super().__init__(message)
        self.is_repeated = is_repeated


class HostStepError(RuntimeError):
    """A step on the host failed; the message has its last lines and the cure."""

    __module__ = "builtins"


class HostProvider(ResourceProvider):
    """Works on the host; lives in a process of its own, which the engine starts.

    Attributes:
        script: what `_script` sends as `sh -c`.
        compared: the properties in which what is there may differ from what is wanted.
    """

    # It is named by its module and holds no value, so there is nothing to encrypt.
    serialize_as_secret_always = False
    script = ""
    compared: tuple[str, ...] = ()

    def configure(self, req: ConfigureRequest) -> None:
        """Read how to target the host from the stack's configuration."""
        # The engine prints an exception with its traceback; a user needs only the message.
        sys.tracebacklimit = 0
        self._get = req.config.get

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare what is `compared`; another path is another resource."""
        replaces = ["path"] if olds.get("path") != news.get("path") else []
        changed = any(olds.get(key) != news.get(key) for key in self.compared)
        return DiffResult(changes=bool(replaces) or changed, replaces=replaces)

    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return what is there on the host, in place of what the state says of it.

        A host that cannot be reached fails the run once: by whoever was told first. The others
        leave the state as it is, instead of saying the same for each file.
        """
        try:
            return self.look(id_, props)
        except HostFileError as error:
            if error.is_repeated:
                return ReadResult(id_=id_, outs=props)
            raise

    def look(self, id_: str, props: Properties) -> ReadResult:
        """Return what is there on the host."""
        raise NotImplementedError

    def _known(self, path: str) -> Entry | None:
        """Return the file at ``path`` as it was read with all of ours; None if it was not there."""
        return FILES.get(self._read_all).get(path)

    def _read_all(self) -> dict[str, Entry]:
        done = self._run(["sh", "-c", READ_ALL])
        # Without it each file is read by itself, and says what is wrong.
        return entries(done.stdout) if done.status == 0 else {}

    def _there(self, id_: str, props: Properties, found: Properties) -> ReadResult:
        """Return what `read` found, in place of what the state says of it."""
        inputs = {key: value for key, value in props.items() if key != "revision"}
        return ReadResult(id_=id_, outs={**props, **found}, inputs={**inputs, **found})

    def _script(self, arguments: list[str], stdin: bytes = b"") -> "Completed":
        try:
            return self._run(["sh", "-c", self.script, "tapal", *arguments], stdin)
        finally:
            if arguments[0] != "read":
                FILES.forget()

    def _run(
        self,
        argv: list[str],
        stdin: bytes = b"",
        *,
        limit: float = 60.0,
        hear: Callable[[str], None] | None = None,
        fresh: bool = False,
    ) -> "Completed":
        """Run ``argv`` on the host; by a new connection if it is to be ``fresh``."""
        # Imported here: only the provider's process opens SSH, while every run imports this module.
        from ssh.connection import SshError, fresh_session, session  # noqa: PLC0415

        try:
            target = read_ssh_target(self._get)
            if fresh:
                with fresh_session(target) as own:
                    return own.run(argv, stdin, limit=limit, hear=hear)
            return session(target).run(argv, stdin, limit=limit, hear=hear)
        except (SshError, SshTargetError) as error:
            repeated = getattr(error, "is_repeated", False)
            raise HostFileError(str(error), is_repeated=repeated) from None

    def _expect(self, done: "Completed", path: str, action: str) -> None:
        if done.status == 0:
            return
        said = done.stderr.decode("utf-8", errors="replace").strip() or "no message"
        raise HostFileError(
            f"{path}: cannot {action} it on the host (status {done.status}): {said}. "
            "What was there is as it was. Cure what the host says, then run `pulumi up` again."
        )
