"""The follower with a journal and a kernel that stand for the real ones."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mail.door import firewall, follower, line, memory
from mail.door.book import Book
from mail.door.firewall import FirewallError
from mail.door.follower import Follower
from mail.door.journal import Journal, JournalError
from mail.door.line import Entry

WHO = "203.0.113.9"


class Paper(Journal):
    """A journal that is a list; its cursor is the number of entries that were read."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries, self.read = entries, 0

    def start(self, cursor: str, since: float) -> None:
        """Go to a place."""
        self.read = int(cursor or 0)
        self.since = since

    def new(self) -> Iterator[Entry]:
        """Yield what is left."""
        while self.read < len(self.entries):
            self.read += 1
            yield self.entries[self.read - 1]

    def cursor(self) -> str:
        """Return the place."""
        if not self.read:
            raise JournalError(0, "nothing was read")
        return str(self.read)


class Kernel:
    """The sets, as far as the commands tell."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number: int | None = 1
        self.commands: list[str] = []
        self.shut: list[str] = []
        self.is_full = False
        monkeypatch.setattr(firewall, "run", self._run)
        monkeypatch.setattr(firewall, "number", lambda: self.number)
        monkeypatch.setattr(firewall, "hang_up", self.shut.append)

    def _run(self, commands: str) -> None:
        if self.is_full and "known" in commands:
            raise FirewallError("Could not process rule: Too many open files in system")
        if commands and self.number is None:
            raise FirewallError("No such file or directory")
        self.commands += commands.splitlines()

    def blocks(self, who: str = WHO) -> int:
        """Return how often ``who`` was blocked."""
        return sum(f"{{ {who} timeout" in one and "blocked" in one for one in self.commands)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    return Kernel(monkeypatch)


def failed(at: float = 0.0, who: str = WHO, *, cut: bool = False) -> Entry:
    text = f"{who}:5 auth failed for x@a.test"
    return Entry(at or time.time(), line.CHASQUID, "chasquid", text, cut=cut)


def started(entries: list[Entry], folder: Path, *spared: str) -> Follower:
    found = Follower(Paper(entries), Book(spared=spared), folder)
    found.start()
    return found


def test_it_tells_the_kernel_and_hangs_up(kernel: Kernel, tmp_path: Path) -> None:
    one = started([failed()] * 5, tmp_path)
    one.follow()
    assert kernel.blocks() == 1
    assert kernel.commands[-3:] == [
        f"add element inet tapal blocked4 {{ {WHO} }}",
        f"delete element inet tapal blocked4 {{ {WHO} }}",
        kernel.commands[-1],
    ]
    assert kernel.shut == [WHO]


def test_a_set_of_the_known_that_is_full_keeps_nobody_from_being_blocked(
    kernel: Kernel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kernel.is_full = True
    good = Entry(time.time(), line.CHASQUID, "chasquid", "198.51.100.1:5 auth succeeded for x@a")
    started([good, *[failed()] * 5], tmp_path).follow()
    assert kernel.blocks() == 1
    assert "does not learn who is known" in caplog.text


def test_who_is_known_is_told(kernel: Kernel, tmp_path: Path) -> None:
    good = Entry(time.time(), line.CHASQUID, "chasquid", "198.51.100.1:5 auth succeeded for x@a")
    one = started([good], tmp_path)
    one.follow()
    told = [command for command in kernel.commands if "timeout" in command]
    assert len(told) == 1
    assert told[0].startswith("add element inet tapal known4 { 198.51.100.1 timeout 2591")
    kernel.number = 2
    one.look()
    assert len([command for command in kernel.commands if "timeout" in command]) == 2


@pytest.mark.parametrize("kept", range(5))
@pytest.mark.parametrize("lost", range(3))
def test_killed_anywhere_each_line_counts_once(
    kernel: Kernel, tmp_path: Path, kept: int, lost: int
) -> None:
    """What was read and not yet kept is read again; what was kept is not."""
    entries = [failed() for _ in range(kept)]
    first = started(entries, tmp_path)
    first.follow()
    first.save()
    lost = min(lost, 4 - kept)
    entries += [failed() for _ in range(lost)]
    first.follow()  # and here it is killed
    entries += [failed() for _ in range(4 - kept - lost)]
    second = started(entries, tmp_path)
    second.follow()
    assert kernel.blocks() == 0, "they are four"
    entries.append(failed())
    second.follow()
    assert kernel.blocks() == 1


def test_four_are_not_five_because_it_was_restarted(kernel: Kernel, tmp_path: Path) -> None:
    entries = [failed() for _ in range(4)]
    for _ in range(3):
        one = started(entries, tmp_path)
        one.follow()
        one.save()
    assert kernel.blocks() == 0
    started([*entries, failed()], tmp_path).follow()
    assert kernel.blocks() == 1


def test_a_block_that_is_over_by_now_is_none(kernel: Kernel, tmp_path: Path) -> None:
    started([failed(time.time() - 7200)] * 5, tmp_path).follow()
    assert kernel.blocks() == 0
    assert kernel.shut == []


def test_the_rest_of_a_cut_line_is_a_clients_words(kernel: Kernel, tmp_path: Path) -> None:
    entries = [failed(who="198.51.100.1", cut=True), failed()] * 10
    started(entries, tmp_path).follow()
    assert kernel.blocks() == 0
    assert kernel.blocks("198.51.100.1") == 1


def test_a_firewall_that_was_loaded_anew_is_filled_again(kernel: Kernel, tmp_path: Path) -> None:
    one = started([failed()] * 5, tmp_path)
    one.follow()
    one.look()
    assert kernel.blocks() == 1, "it is the same one"
    kernel.number = 2
    one.look()
    assert kernel.blocks() == 2


def test_a_firewall_that_comes_late_is_filled(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(follower, "AGAIN", 0.0)
    kernel.number = None
    one = started([failed()] * 5, tmp_path)
    for _ in range(5):
        one.follow()
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) <= 2, "said once"
    kernel.number = 3
    one.follow()
    assert kernel.blocks() == 1


def test_whom_a_new_setting_spares_is_let_in(kernel: Kernel, tmp_path: Path) -> None:
    one = started([failed()] * 5, tmp_path)
    one.follow()
    one.save()
    kernel.commands.clear()
    started([], tmp_path, WHO)
    assert kernel.blocks() == 0
    assert kernel.commands[-1] == f"delete element inet tapal blocked4 {{ {WHO} }}"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cursor": 1}', '{"cursor": "1", "version": 9}'])
def test_a_broken_memory_is_said_and_begun_anew(
    kernel: Kernel, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / memory.NAME).write_text(text)
    one = started([failed()] * 5, tmp_path)
    assert "what was remembered is lost" in caplog.text
    one.follow()
    assert kernel.blocks() == 1


def test_without_a_place_for_its_memory_it_blocks_and_says_so_once(
    kernel: Kernel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = started([failed()] * 5, tmp_path / "nowhere")
    one.follow()
    for _ in range(3):
        one.save()
    assert kernel.blocks() == 1
    assert caplog.text.count("cannot be kept") == 1


def test_a_failure_is_kept_soon_a_mail_later(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kernel.number
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    mail = Entry(time.time(), line.CHASQUID, "chasquid", f"a from=x queued ip={WHO}:1 to=[y]")
    entries = [mail]
    one = started(entries, tmp_path)
    kept = tmp_path / memory.NAME
    one.follow()
    now[0] += 30
    one.follow()
    assert not kept.exists()
    entries.append(failed())
    one.follow()
    now[0] += 2
    one.follow()
    assert json.loads(kept.read_text())["cursor"] == "2"
