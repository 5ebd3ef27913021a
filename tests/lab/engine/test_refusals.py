"""The real engine and program with a bad stack: the table's messages, and no connection."""

import os
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab import keys
from lab.engine.prepare import environment
from lab.paths import REPOSITORY
from tests.lab.engine.harness import PASSPHRASE, STACK, Project
from tests.lab.engine.test_interruption import interrupted
from tests.settings.bad_stacks.table import CASES, WARNED, expected

# One of each kind: keys, shapes, hidden characters, secrets, the stack's shape, mail, all at once.
CHOSEN = (
    "key-unknown-nested",
    "shape-boolean",
    "shape-line-break",
    "secret-in-clear",
    "aliases-across-domains",
    "ten-mistakes",
)


class Listener:
    """Counts the connections to a port of this machine, and closes each at once."""

    def __init__(self) -> None:
        self.calls = 0
        listener = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                listener.calls += 1

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Program(Project):
    """The project itself, in a folder of its own so that the tracked stacks stay as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.state = folder / "state"
        self.environment = {
            **environment(state=self.state, passphrase=PASSPHRASE),
            "PULUMI_DEBUG_COMMANDS": "true",
            "CLOUDFLARE_API_TOKEN": "0" * 40,
            # Without an agent: each case is about what its file says.
            "SSH_AUTH_SOCK": os.devnull,
        }
        self._runs = 0
        self.folder.mkdir()
        for name in (
            "__main__.py",
            "Pulumi.yaml",
            "components",
            "facts",
            "mail",
            "requirements.txt",
            "settings",
            "ssh",
            "venv",
        ):
            (self.folder / name).symlink_to((REPOSITORY / name).resolve())
        (self.folder / "stacks").mkdir()
        self.pulumi("stack", "init", STACK).checked()
        self.config = self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        self._salt = self.config.read_text()

    def configure(self, text: str) -> None:
        """Let the stack's file say ``text``."""
        self.config.write_text(text + self._salt)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program with a stack to be configured."""
    return Program(tmp_path_factory.mktemp("program"))


@pytest.fixture
def listeners() -> Iterator[tuple[Listener, Listener]]:
    """The DNS provider's API, and the host's SSH."""
    both = Listener(), Listener()
    yield both
    for one in both:
        one.close()


def contactable(text: str, api: Listener, ssh: Listener) -> str:
    """The stack, with the API and the host where a test can count who calls them."""
    there = f"ssh: {{address: 127.0.0.1, port: {ssh.port}, "
    changed = re.sub(r"ssh: \{(?!port)", there, text)
    return f"{changed}  cloudflare:baseUrl: http://127.0.0.1:{api.port}/client/v4\n"


def case(name: str, among: list[Path]) -> Path:
    [found] = [path for path in among if path.stem.partition("-")[2] == name]
    return found


@pytest.mark.parametrize("name", CHOSEN)
def test_preview_says_it_and_contacts_nobody(
    program: Program, listeners: tuple[Listener, Listener], name: str
) -> None:
    api, ssh = listeners
    bad = case(name, CASES)
    program.configure(contactable(bad.read_text(), api, ssh))
    done = program.preview()
    assert done.status != 0
    assert done.messages("error").strip() == expected(bad).read_text().strip()
    assert "Traceback" not in done.output
    assert "canary" not in done.output
    assert (api.calls, ssh.calls) == (0, 0)
    assert [one for one in done.operations if "pulumi:pulumi:Stack" not in one] in (
        [],
        [f"create tapal-{STACK}"],
    )


def test_a_good_stack_is_looked_up(
    program: Program, listeners: tuple[Listener, Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the listeners above do count."""
    api, ssh = listeners
    monkeypatch.setitem(program.environment, "TAPAL_SSH_PRIVATE_KEY", keys.private_key("operator"))
    program.configure(contactable(case("first-try", WARNED).read_text(), api, ssh))
    done = program.preview()
    assert done.status != 0, done.output
    assert "the stack's configuration has" not in done.output
    assert api.calls > 0, done.output


def test_an_interruption_says_nothing_of_the_program(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program waits for an API that takes the call and does not answer."""
    monkeypatch.setitem(program.environment, "TAPAL_SSH_PRIVATE_KEY", keys.private_key("operator"))
    called = tmp_path / "called"
    with silent(called) as api, silent(tmp_path / "ssh") as ssh:
        good = case("first-try", WARNED).read_text()
        text = good.replace("ssh: {", f"ssh: {{address: 127.0.0.1, port: {ssh}, ", 1)
        program.configure(f"{text}  cloudflare:baseUrl: http://127.0.0.1:{api}/client/v4\n")
        status, output = interrupted(program, called)
    assert status != 0
    assert "canceled" in output
    assert "Traceback" not in output
    assert "KeyboardInterrupt" not in output


@contextmanager
def silent(called: Path) -> Iterator[int]:
    """Listen on a port, say nothing to whoever calls, and make the file ``called``."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls = []

        def listen() -> None:
            with suppress(OSError):  # closed
                while True:
                    calls.append(server.accept())
                    called.touch()

        threading.Thread(target=listen, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    for call, _ in calls:
        call.close()


def test_the_ports_are_free_again() -> None:
    one = Listener()
    one.close()
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex(("127.0.0.1", one.port)) != 0
