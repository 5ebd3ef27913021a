"""One dial for a whole run: what a host that cannot be reached, or says no, costs."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncssh
import pytest

from settings.ssh_target import SshTarget
from ssh.connection import Session, SshError

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")
USER_KEY = asyncssh.generate_private_key("ssh-ed25519")
STRANGER = asyncssh.generate_private_key("ssh-ed25519")
CALLERS = 12


class Server:
    """An SSH server of this process, which counts who dials and who tries to log in.

    Attributes:
        answer: what it prints, whatever is run there.
        hangs: whether what is run there does not end.
    """

    def __init__(self) -> None:
        self.answer = ""
        self.hangs = False
        self.dials = self.logins = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._listener: Any = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self, port: int = 0) -> None:
        """Listen on a port of the loopback."""
        self._listener = self._wait(self._listen(port))
        self.port = self._listener.get_port()

    def stop(self) -> None:
        """Close all, and end the loop."""
        if self._listener:
            self._wait(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _closed(self) -> None:
        self._listener.close()
        await self._listener.wait_closed()

    def target(self, host_key: asyncssh.SSHKey = HOST_KEY, login: Any = USER_KEY) -> SshTarget:  # noqa: ANN401 - a key
        """Return how to log in."""
        return SshTarget(
            address="127.0.0.1",
            port=self.port,
            host_key=host_key.export_public_key().decode().strip(),
            private_key=login.export_private_key().decode(),
        )

    async def _listen(self, port: int) -> Any:  # noqa: ANN401 - asyncssh's acceptor
        counting = self

        class Counted(asyncssh.SSHServer):
            def connection_made(self, conn: object) -> None:
                counting.dials += 1
                self._conn = conn

            def begin_auth(self, username: str) -> bool:
                counting.logins += 1
                self._conn.set_authorized_keys(  # type: ignore[attr-defined]
                    asyncssh.import_authorized_keys(USER_KEY.export_public_key().decode())
                )
                return bool(username)

        return await asyncssh.create_server(
            Counted,
            "127.0.0.1",
            port,
            server_host_keys=[HOST_KEY],
            process_factory=self._run,
        )

    def _run(self, process: Any) -> None:  # noqa: ANN401 - asyncssh's process
        process.stdout.write(self.answer)
        if not self.hangs:
            process.exit(0)

    def _wait(self, work: Any) -> Any:  # noqa: ANN401
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextmanager
def closing(session: Session) -> Iterator[Session]:
    """Yield the session, and close it."""
    try:
        yield session
    finally:
        session.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


def all_at_once(target: SshTarget, patience: float) -> list[str]:
    """Return what each of many callers of one session is told; nothing if all is well."""

    def call(_: int) -> str:
        try:
            session.run(["true"], patience=patience)
        except SshError as error:
            return str(error)
        return ""

    with closing(Session(target)) as session, ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(call, range(CALLERS)))


def test_all_callers_share_one_connection(server: Server) -> None:
    assert set(all_at_once(server.target(), 5)) == {""}
    assert server.dials == server.logins == 1


def test_a_refused_login_is_tried_once(server: Server) -> None:
    said = set(all_at_once(server.target(login=STRANGER), 5))
    assert len(said) == 1
    assert "login as root was refused" in said.pop()
    assert server.dials == 1


def test_one_caller_is_told_and_the_others_are_told_again(server: Server) -> None:
    repeated: list[bool] = []

    def call(_: int) -> None:
        with pytest.raises(SshError) as told:
            session.run(["true"], patience=5)
        repeated.append(told.value.is_repeated)

    target = server.target(login=STRANGER)
    with closing(Session(target)) as session, ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(call, range(CALLERS)))
    assert sorted(repeated) == [False] + [True] * (CALLERS - 1)


def test_another_host_key_is_met_once(server: Server) -> None:
    said = set(all_at_once(server.target(host_key=STRANGER), 5))
    assert len(said) == 1
    assert "is not the pinned one" in said.pop()
    assert (server.dials, server.logins) == (1, 0)


def test_a_host_without_a_key_of_that_kind_is_met_once(server: Server) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    start = time.monotonic()
    said = set(all_at_once(server.target(host_key=other), 30))
    assert len(said) == 1
    assert "no key of the pinned kind, ecdsa-sha2-nistp256" in said.pop()
    # Both ends notice it. If the server hangs up before its reason is read, that is a broken line
    # like any other, and one more dial brings the reason.
    assert server.dials in (1, 2)
    assert server.logins == 0
    assert time.monotonic() - start < 30


def test_patience_with_a_host_that_is_not_there_is_spent_once() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = Server()
        server.port = nobody.getsockname()[1]
        start = time.monotonic()
        said = all_at_once(server.target(), 1.5)
        assert all("no SSH within" in one for one in said)
        assert time.monotonic() - start < CALLERS * 1.5 / 2
        server.stop()


def test_who_has_more_patience_goes_on_dialling() -> None:
    server = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    with closing(Session(server.target())) as session:
        with pytest.raises(SshError):
            session.run(["true"], patience=0.2)
        threading.Timer(1.0, server.start, [server.port]).start()
        assert session.run(["true"], patience=20).status == 0
    server.stop()


def test_after_a_broken_connection_it_dials_again(server: Server) -> None:
    with closing(Session(server.target())) as session:
        assert session.run(["true"], patience=5).status == 0
        assert session._connection is not None
        session._connection.abort()  # as a network would
        time.sleep(0.2)
        assert session.run(["true"], patience=5).status == 0
    assert server.dials == 2
