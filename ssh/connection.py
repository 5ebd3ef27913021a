"""One SSH connection per process and destination, shared by all that is read, written and run.

A handshake costs far more than a command, and sshd drops parallel handshakes (MaxStartups), so
the connection is opened once, by whoever comes first, and stays open until the process ends.
This is the only module that opens SSH.
"""

import asyncio
import copy
import shlex
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncssh

from settings.ssh_target import SshTarget

T = TypeVar("T")

# Seconds to keep dialling. A host that does not answer by then is shown, with its cause: whoever
# runs the program is waiting, and the same command goes on from there.
PATIENCE = 20.0
# Seconds for one try to connect and log in.
DIAL = 10.0
# Seconds for a command, unless its caller says otherwise: most read or write one small file.
TIMEOUT = 60.0
# A silently dropped link is noticed after INTERVAL x COUNT seconds instead of TCP's minutes.
KEEPALIVE_INTERVAL = 10
KEEPALIVE_COUNT = 3


class SshError(RuntimeError):
    """The host could not be reached, or was not the pinned one; the message has the cure.

    ``is_final`` says that dialling again does not help, ``is_repeated`` that another caller of the
    same process was told already.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.is_repeated = False


class HostKeyError(SshError):
    """The host does not prove to be the pinned one."""


class LoginError(SshError):
    """The host does not let the user in."""


class CutOffError(SshError):
    """The connection was there, and the command did not come to its end."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """What a remote command left: exit status (-1: killed by a signal), output, errors."""

    status: int
    stdout: bytes
    stderr: bytes


class Session:
    """A connection that opens itself when first used, on an event loop of its own thread.

    A host that cannot be reached, or refuses the login, is dialled for one caller only: the others
    of the same run get his answer. Else each of some forty files would wait for a dead host, and
    sshd's penalty for refused logins would blur the cause.
    """

    def __init__(self, target: SshTarget) -> None:
        self._target = target
        self._since: float | None = None
        self._failed: SshError | None = None
        self._loop = asyncio.new_event_loop()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._lock = asyncio.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the connection and end the loop; nothing can be run any more."""
        self._wait(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _closed(self) -> None:
        if self._connection is not None:
            self._connection.abort()
            await self._connection.wait_closed()

    def run(
        self,
        argv: list[str],
        stdin: bytes = b"",
        *,
        patience: float = PATIENCE,
        limit: float = TIMEOUT,
        hear: Callable[[str], None] | None = None,
    ) -> Completed:
        """Run ``argv`` as root on the host, with ``stdin`` as its input.

        Args:
            argv: program and arguments; each is quoted for the remote shell.
            stdin: bytes for the program's standard input.
            patience: seconds to keep dialling a host that does not answer.
            limit: seconds after which the command is given up.
            hear: called with each line of standard output as it comes.

        Raises:
            SshError: no connection, a wrong host key, a refused login, a time-out.
        """
        return self._wait(self._run(argv, stdin, patience, limit, hear))

    def _wait(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _run(
        self,
        argv: list[str],
        stdin: bytes,
        patience: float,
        limit: float,
        hear: Callable[[str], None] | None,
    ) -> Completed:
        connection = await self._connected(patience)
        command = self._target.sudo + shlex.join(argv)
        try:
            return await asyncio.wait_for(_ran(connection, command, stdin, hear), limit)
        except TimeoutError as error:
            raise CutOffError(
                f"{self._target.address}: a command did not end within {limit:.0f} s. "
                "Look at the host's load (uptime, df), then run `pulumi up` again."
            ) from error
        except (asyncssh.Error, OSError) as error:
            self._connection = None
            raise CutOffError(
                f"{self._target.address}: the connection broke ({error}). Run `pulumi up` again: "
                "files are written whole, so none is half there, and a step that was cut off is "
                "run again."
            ) from error

    async def _connected(self, patience: float) -> asyncssh.SSHClientConnection:
        async with self._lock:
            if self._connection is None or self._connection.is_closed():
                self._connection = await self._dialled(patience)
            return self._connection

    async def _dialled(self, patience: float) -> asyncssh.SSHClientConnection:
        now = time.monotonic()
        self._since = self._since or now
        # Patience counts from the first try, so whoever has waited longer already goes no further.
        left = self._since + patience - now
        if self._failed and (self._failed.is_final or left <= 0):
            again = copy.copy(self._failed)
            again.is_repeated = True
            raise again from self._failed
        try:
            connection = await _dial(self._target, max(left, 0))
        except SshError as error:
            self._failed = error
            raise
        self._since = self._failed = None
        return connection


async def _ran(
    connection: asyncssh.SSHClientConnection,
    command: str,
    stdin: bytes,
    hear: Callable[[str], None] | None,
) -> Completed:
    # An empty input is never closed by the library: the command would wait for its end.
    given: dict[str, Any] = {"input": stdin} if stdin else {"stdin": asyncssh.DEVNULL}
    async with await connection.create_process(command, encoding=None, **given) as process:
        errors = asyncio.ensure_future(process.stderr.read())
        output = b""
        async for line in process.stdout:
            output += line
            if hear and line.strip():
                hear(line.decode("utf-8", "replace").rstrip("\n"))
        stderr = await errors
        await process.wait_closed()
    status = process.exit_status
    return Completed(status=-1 if status is None else status, stdout=output, stderr=stderr)


async def _dial(target: SshTarget, patience: float) -> asyncssh.SSHClientConnection:
    deadline = time.monotonic() + patience
    while True:
        try:
            return await _connect(target, min(DIAL, max(deadline - time.monotonic(), 1)))
        except asyncssh.KeyExchangeFailed as error:
            kind = target.host_key.partition(" ")[0]
            raise HostKeyError(
                f"{target.address}: the host has no key of the pinned kind, {kind} "
                f"(tapal:host.ssh.hostKey; {error}), so nothing was sent. Read one that it has in "
                "the provider's console (cat /etc/ssh/ssh_host_ed25519_key.pub) and pin that.",
                is_final=True,
            ) from error
        except asyncssh.HostKeyNotVerifiable as error:
            raise HostKeyError(
                f"{target.address}: the host's key is not the pinned one (tapal:host.ssh.hostKey), "
                "so nothing was sent. If the server was reinstalled, read its new key in the "
                "provider's console (cat /etc/ssh/ssh_host_ed25519_key.pub) and pin that.",
                is_final=True,
            ) from error
        except asyncssh.PermissionDenied as error:
            raise LoginError(
                f"{target.address}: login as {target.user} was refused. Is the public half of "
                "tapal:sshPrivateKey in that user's ~/.ssh/authorized_keys?",
                is_final=True,
            ) from error
        except (OSError, asyncssh.Error) as error:
            if time.monotonic() > deadline:
                raise SshError(
                    f"{target.address} port {target.port}: no SSH within {patience:.0f} s "
                    f"({error}). Is the server on, the address right, and the port open? After a "
                    "change of tapal:host, look with the new settings: `pulumi up --run-program`."
                ) from error
            await asyncio.sleep(0.5)


async def _connect(target: SshTarget, limit: float) -> asyncssh.SSHClientConnection:
    pinned = asyncssh.import_public_key(target.host_key)
    # With a key of its own the agent stays out of it; without one it is the agent's turn.
    own: dict[str, Any] = {}
    if target.private_key is not None:
        own = {"client_keys": [asyncssh.import_private_key(target.private_key)], "agent_path": None}
    return await asyncssh.connect(
        target.address,
        target.port,
        username=target.user,
        known_hosts=([pinned], [], []),
        server_host_key_algs=[pinned.get_algorithm()],
        config=None,
        connect_timeout=limit,
        keepalive_interval=KEEPALIVE_INTERVAL,
        keepalive_count_max=KEEPALIVE_COUNT,
        **own,
    )


_sessions: dict[SshTarget, Session] = {}
_sessions_lock = threading.Lock()


def session(target: SshTarget) -> Session:
    """Return this process's session with ``target``, the same one for every caller."""
    with _sessions_lock:
        if target not in _sessions:
            _sessions[target] = Session(target)
        return _sessions[target]


@contextmanager
def fresh_session(target: SshTarget) -> Iterator[Session]:
    """Yield a session of the caller's own, whose first command dials anew; it is closed after."""
    own = Session(target)
    try:
        yield own
    finally:
        own.close()
