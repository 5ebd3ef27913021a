"""The hook that chasquid starts for every mail: the same from its source, in C and in Perl."""

import base64
import platform
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import build_hook

EMULATORS = {
    machine: [] if machine == platform.machine() else [f"qemu-{machine}"]
    for machine in build_hook.MACHINES
}
FORMS = ("shipped x86_64", "built x86_64", "shipped aarch64", "built aarch64", "perl")
ENVIRONMENT = {"MAIL_FROM": "i@a.test", "RCPT_TO": "a@b.test c@d.test", "AUTH_AS": ""}
MAIL = b"From: i@a.test\n\ntext\n"
NO_ANSWER = (75, b"4.3.0 the mail gate does not answer, try again later\n")

Hook = Callable[..., tuple[int, bytes]]


@pytest.fixture(params=FORMS)
def hook(request: pytest.FixtureRequest, tmp_path: Path) -> Hook:
    """Run one form of the hook against the socket ``gate.sock`` in ``tmp_path``."""
    how, _, machine = request.param.partition(" ")
    program, before = tmp_path / "hook", EMULATORS.get(machine, [])
    if how == "perl":
        shutil.copy(build_hook.FOLDER / "hook.pl", program)
    elif how == "built":
        program.write_bytes(build_hook.build(machine))
    else:
        program.write_bytes(base64.b64decode(build_hook.encoded(machine).read_bytes()))
    program.chmod(0o755)

    def run(mail: bytes = MAIL, environment: dict[str, str] = ENVIRONMENT) -> tuple[int, bytes]:
        command = [*before, str(program), str(tmp_path / "gate.sock"), "hooks/post-data"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        ) as process:
            out, _ = process.communicate(mail, timeout=20)
        return process.returncode, out

    return run


@contextmanager
def gate(folder: Path, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """Accept one call at the gate's socket, and have ``answer`` do what it does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "gate.sock"))
        listener.listen()

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield
        thread.join(10)


def everything(connection: socket.socket) -> bytes:
    data = b""
    while more := connection.recv(1 << 16):
        data += more
    return data


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (b"\0", (0, b"")),
        (b"\x145.7.1 not you\n", (20, b"5.7.1 not you\n")),
        (b"\x4b4.7.1 not now\n", (75, b"4.7.1 not now\n")),
        (b"", NO_ANSWER),
        (b"\x01text\n", NO_ANSWER),
        (b"\xff", NO_ANSWER),
    ],
    ids=("take", "refuse", "later", "nothing", "unknown", "broken"),
)
def test_it_gives_back_the_gates_answer(
    hook: Hook, tmp_path: Path, sent: bytes, seen: tuple[int, bytes]
) -> None:
    told: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        told.append(everything(connection))
        connection.sendall(sent)

    with gate(tmp_path, answer):
        assert hook() == seen
    length = int.from_bytes(told[0][:4], "big")
    assert told[0][4 + length :].startswith(b"From: i@a.test\n\n")
    variables = set(told[0][4 : 4 + length].split(b"\0"))
    assert variables >= {f"{name}={value}".encode() for name, value in ENVIRONMENT.items()} | {b""}


def test_without_a_gate_it_says_later(hook: Hook, tmp_path: Path) -> None:
    assert hook() == NO_ANSWER
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "gate.sock"))
        assert hook() == NO_ANSWER  # nobody listens


@pytest.mark.parametrize("length", [100, 65_530, 65_536, 65_537, 3_000_000])
def test_a_long_head_goes_whole(hook: Hook, tmp_path: Path, length: int) -> None:
    head = b"From: i@a.test\n" + b"X-Long: value\n" * (length // 14)
    told: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        told.append(everything(connection))
        connection.sendall(b"\0")

    with gate(tmp_path, answer):
        assert hook(head + b"\nbody\n") == (0, b"")
    length = int.from_bytes(told[0][:4], "big")
    assert told[0][4 + length :].startswith(head + b"\n")


def test_a_mail_without_an_empty_line_goes_whole(hook: Hook, tmp_path: Path) -> None:
    told: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        told.append(everything(connection))
        connection.sendall(b"\0")

    with gate(tmp_path, answer):
        assert hook(MAIL.replace(b"\n\n", b"\n")) == (0, b"")
    assert told[0].endswith(MAIL.replace(b"\n\n", b"\n"))


def test_the_gate_may_answer_before_it_has_read_all(hook: Hook, tmp_path: Path) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"\x145.7.1 seen enough\n")

    with gate(tmp_path, answer):
        assert hook(MAIL[:-6] + b"X: x\n" * 1_000_000) == (20, b"5.7.1 seen enough\n")


def test_an_empty_mail_and_an_empty_environment(hook: Hook, tmp_path: Path) -> None:
    with gate(tmp_path, lambda connection: connection.sendall(everything(connection)[:1])):
        assert hook(b"", {}) == (0, b"")


@pytest.mark.parametrize("machine", build_hook.MACHINES)
def test_what_is_shipped_is_built_from_the_source(machine: str) -> None:
    """Byte for byte with the compiler that it was built with; another one writes other bytes."""
    built = build_hook.build(machine)
    shipped = base64.b64decode(build_hook.encoded(machine).read_bytes())
    assert len(built) < 4096
    assert built[:20] == shipped[:20], "not the same kind of program"
    if build_hook.version(machine) == build_hook.COMPILER:
        assert built == shipped, "run: python -m tools.build_hook"
