"""Facts, told from a snapshot of a deployed host (``recorded.txt``), and from changed ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from facts import fact, foreign_rules, upkeep
from facts.snapshot import Snapshot, SnapshotError, parse
from tests.components.example import declared

RECORDED = Path(__file__).with_name("recorded.txt").read_text()
TAKEN = 1796076000.0  # about when it was recorded
NAME = "smtp.tapal.test"
CA = "https://ca.lab.test:14000/dir"


def snapshot(change: Callable[[str], str] = str) -> Snapshot:
    """Return the recorded snapshot, its text changed."""
    text = change(RECORDED)
    clock = int(parse(RECORDED.encode()).value("clock"))
    return Snapshot(rows=parse(text.encode()).rows, taken=float(clock))


def without(start: str) -> Callable[[str], str]:
    """Return a change that takes the lines out that begin with ``start``."""
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(start)
    )


def instead(old: str, new: str) -> Callable[[str], str]:
    """Return a change of a text that must be there."""

    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def line(kind: str) -> Callable[[str], Callable[[str], str]]:
    """Return what makes a change of the rest of the line of that kind."""

    def to(new: str) -> Callable[[str], str]:
        return lambda text: without(f"{kind}\t")(text).replace("end\n", f"{kind}\t{new}\nend\n")

    return to


updates, swap = line("updates"), line("swap")

RIGHT = [
    ("host name", NAME),
    ("name in /etc/hosts", NAME),
    ("time zone", "Asia/Kolkata"),
    ("locale", "en_IN.UTF-8"),
    ("package mirror", fact.AS_PROVIDED),
    ("cloud-init and the name", "left alone"),
    ("clock", fact.RIGHT),
    ("free disk", fact.ENOUGH),
    ("boot", "finished"),
    ("installations", "whole"),
    ("package: certbot", fact.INSTALLED),
    ("package: chasquid", "1.19.0 or later"),
    ("chasquid's source", "there"),
    ("chasquid.service", fact.ENABLED),
    ("chasquid-smtp.socket", fact.ENABLED),
    ("tapal-gate.service", fact.RUNNING),
    ("certbot.timer", fact.ENABLED),
    ("last run: certbot.service", "no failure"),
    ("port: 25", fact.CHASQUID),
    ("IPv6 address: 2001:db8:113::10", "up"),
    ("IPv6 address: 2001:0DB8:113::0010", "up"),
    ("IPv6 gateway", "fe80::1"),
    ("IPv6 gateway", "there"),
    ("IPv6 at boot", fact.AS_SET_UP),
    ("automatic updates", "on, without reboots"),
    ("updates come at", "06:00"),
    ("updates come at", upkeep.AS_PROVIDED),
    ("policy-rc.d", upkeep.MAY),
    ("swap", "auto"),
    ("swap", "off"),
    ("other firewalls: 22 25", foreign_rules.LET_IN),
    ("firewall", "loaded, confirmed"),
    (f"certificate: {NAME}", f"valid, from {CA}"),
    (f"certificate in use: {NAME}", "as it was issued"),
    ("chasquid reads", "what lies on disk"),
    ("domain's folder: tapal.test", "there, for the stack lab"),
    ("program: /usr/local/lib/tapal/gate/hook", "executable"),
    ("group: tapal-sign", "there"),
]


@pytest.mark.parametrize(("name", "wanted"), RIGHT)
def test_a_deployed_host_is_as_it_is_wanted(name: str, wanted: str) -> None:
    assert fact.seen(snapshot(), name, wanted) == wanted


@pytest.mark.parametrize(
    ("name", "wanted", "change", "seen"),
    [
        ("host name", NAME, instead(f"hostname\t{NAME}", "hostname\tother"), "other"),
        ("host name", NAME, instead(f"{NAME}\t{NAME}", f"{NAME}\told"), f"{NAME}, at boot old"),
        ("name in /etc/hosts", NAME, without("hosts\t"), "none"),
        ("time zone", "Etc/UTC", str, "Asia/Kolkata"),
        ("time zone", "Etc/UTC", without("timezone"), "none"),
        ("locale", "de_DE.UTF-8", str, "not generated"),
        ("locale", "en_IN.UTF-8", without("language"), "none"),
        ("package mirror", "http://near.test/debian", str, "http://mirror.test/debian"),
        (
            "package mirror",
            fact.AS_PROVIDED,
            lambda text: "moved\t/etc/apt/sources.list\n" + text,
            "as an earlier setting named it",
        ),
        (
            "cloud-init and the name",
            "left alone",
            lambda text: "cloud\tmissing\n" + text,
            "sets it at each boot",
        ),
        ("boot", "finished", instead("boot\trunning", "boot\tstarting"), "starting"),
        ("installations", "whole", lambda text: "dpkg\tinterrupted\n" + text, "interrupted"),
        (
            "installations",
            "whole",
            lambda text: "package\tx\thalf-configured\t1\n" + text,
            "half-way: x",
        ),
        ("package: certbot", fact.INSTALLED, without("package\tcertbot"), "missing"),
        (
            "package: certbot",
            fact.INSTALLED,
            instead("package\tcertbot\tinstalled", "package\tcertbot\tconfig-files"),
            "missing",
        ),
        (
            "package: certbot",
            fact.INSTALLED,
            instead("package\tcertbot\tinstalled", "package\tcertbot\tunpacked"),
            "unpacked",
        ),
        ("package: chasquid", "1.20~rc1 or later", str, "1.19.0-1"),
        ("package: chasquid", "1.19.0-0~a or later", str, "1.19.0-0~a or later"),
        ("chasquid's source", "there", without("testing"), "missing"),
        ("chasquid.service", fact.ENABLED, without("unit\tchasquid.service"), "missing"),
        (
            "chasquid.service",
            fact.ENABLED,
            instead("chasquid.service\tactive", "chasquid.service\tfailed"),
            "failed, enabled",
        ),
        (
            "chasquid.service",
            fact.ENABLED,
            instead(
                "chasquid.service\tactive\tsuccess\tenabled",
                "chasquid.service\tinactive\tsuccess\tmasked",
            ),
            "stopped, masked",
        ),
        (
            "last run: certbot.service",
            "no failure",
            instead("certbot.service\tinactive\tsuccess", "certbot.service\tfailed\texit-code"),
            "failed (exit-code)",
        ),
        ("port: 25", fact.CHASQUID, without("listen\t25"), "nobody"),
        ("port: 26", fact.CHASQUID, lambda text: "listen\t26\tmaster\n" + text, "master"),
        ("port: 26", fact.CHASQUID, lambda text: "listen\t26\tsystemd\n" + text, "systemd"),
        ("IPv6 address: 2001:db8::1", "up", str, "missing"),
        (
            "IPv6 address: 2001:db8:113::10",
            "up",
            instead("10/64\tup", "10/64\ttentative"),
            "tentative",
        ),
        ("IPv6 gateway", "fe80::9", str, "fe80::1"),
        ("IPv6 gateway", "there", without("route"), "none"),
        ("IPv6 at boot", fact.AS_SET_UP, without("ipv6\t"), "not set up"),
        (
            "IPv6 at boot",
            fact.AS_SET_UP,
            instead("ipv6\tas it was set up", "ipv6\tnot confirmed"),
            "not confirmed",
        ),
        ("automatic updates", "on, without reboots", updates("1\t0\tfalse\t1\tours"), "off"),
        ("automatic updates", "on, without reboots", updates("0\t1\tfalse\t1\tours"), "off"),
        ("automatic updates", "on, without reboots", without("updates"), "off"),
        (
            "automatic updates",
            "on, without reboots",
            updates("1\t1\ttrue\t1\tours"),
            "on, with reboots",
        ),
        (
            "automatic updates",
            "on, with reboots",
            updates("1\t1\ttrue\t0\t"),
            "on, without chasquid",
        ),
        ("automatic updates", upkeep.AS_PROVIDED, str, "as an earlier setting has it"),
        (
            "automatic updates",
            upkeep.AS_PROVIDED,
            updates("1\t1\tfalse\t0\t"),
            upkeep.AS_PROVIDED,
        ),
        ("updates come at", "04:00", str, "06:00"),
        ("updates come at", "06:00", lambda text: "hour\tMon 05:00\n" + text, "Mon 05:00, 06:00"),
        ("updates come at", "06:00", without("hour"), "never"),
        (
            "updates come at",
            upkeep.AS_PROVIDED,
            lambda text: "hours\tours\n" + text,
            "as an earlier setting has it",
        ),
        (
            "policy-rc.d",
            upkeep.MAY,
            lambda text: "policy\tothers\n" + text,
            "may not start chasquid",
        ),
        ("swap", "auto", swap("\t0\t\t\t\t8123456"), "not set up"),
        ("swap", "auto", swap("0\t1\t\t\t\t8123456"), "a file of 1 MB"),
        ("swap", "off", swap("0\t0\t\tboot\t\t8123456"), "a file of 0 MB"),
        ("swap", "auto", swap("0\t0\t\t\t\t500000"), "none, and memory is small"),
        ("swap", "auto", swap("0\t0\t\t\tothers\t500000"), "auto"),
        ("swap", "off", swap("0\t0\t\t\t\t500000"), "off"),
        ("swap", "256 MB", swap("256\t256\ton\tboot\t\t500000"), "256 MB"),
        ("swap", "256 MB", swap("256\t0\t\t\t\t500000"), "0 MB, off"),
        ("swap", "256 MB", swap("256\t256\t\tboot\t\t500000"), "256 MB, off"),
        ("swap", "256 MB", swap("256\t256\ton\t\t\t500000"), "256 MB, not at boot"),
        ("swap", "256 MB", swap("256\t128\ton\tboot\t\t500000"), "128 MB, not 256"),
        ("swap", "256 MB", swap("refused\t0\t\t\t\t500000"), "256 MB"),
        ("firewall", "loaded, confirmed", without("firewall"), "gone"),
        (f"certificate: {NAME}", "valid, from https://other.test/", str, f"from {CA}"),
        (f"certificate: {NAME}", f"valid, from {CA}", without("certificate"), "missing"),
        (
            f"certificate: {NAME}",
            f"valid, from {CA}",
            instead(f"DNS:{NAME}", "DNS:other"),
            "not a certificate of this name",
        ),
        (f"certificate in use: {NAME}", "as it was issued", without("certificate"), "missing"),
        (
            f"certificate in use: {NAME}",
            "as it was issued",
            instead("\tinstalled\t18", "\tother\t18"),
            "another than was issued",
        ),
        (
            "chasquid reads",
            "what lies on disk",
            instead("chasquid\twhat lies on disk", "chasquid\tolder files than lie on disk"),
            "older files than lie on disk",
        ),
        ("chasquid reads", "what lies on disk", without("chasquid\t"), "what lies on disk"),
        ("domain's folder: x.test", "there, for the stack lab", str, "missing"),
        (
            "domain's folder: tapal.test",
            "there, for the stack other",
            str,
            "there, for the stack lab",
        ),
        ("group: other", "there", str, "missing"),
        ("program: /usr/local/lib/tapal/gate/hook", "executable", without("file"), "missing"),
    ],
)
def test_what_differs_is_told_in_words(
    name: str, wanted: str, change: Callable[[str], str], seen: str
) -> None:
    assert fact.seen(snapshot(change), name, wanted) == seen


@pytest.mark.parametrize(
    ("seconds", "said"), [(59, "right"), (61, "61 s ahead"), (-4000, "4000 s behind")]
)
def test_a_clock_is_compared_with_ours(seconds: int, said: str) -> None:
    now = snapshot()
    late = Snapshot(rows=now.rows, taken=now.taken - seconds)
    assert fact.seen(late, "clock", fact.RIGHT) == said


@pytest.mark.parametrize(("free", "said"), [("204800", "enough"), ("204799", "199 MB")])
def test_a_full_disk_is_told(free: str, said: str) -> None:
    now = Snapshot(rows={"disk": [[free]]})
    assert fact.seen(now, "free disk", fact.ENOUGH) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [(8, f"valid, from {CA}"), (6, "ends in 6 days, not renewed"), (-1, "expired")],
)
def test_a_certificate_has_been_renewed_in_time(days: int, said: str) -> None:
    ends = 1_800_000_000
    row = [NAME, "installed", str(ends), CA, f"DNS:{NAME}"]
    clock = ends - days * 86400 - 1
    now = Snapshot(rows={"certificate": [row], "clock": [[str(clock)]]})
    assert fact.seen(now, f"certificate: {NAME}", f"valid, from {CA}") == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["a", "a", "f", "f"], "loaded, confirmed"),
        (["a", "b", "f", "f"], "changed by hand"),
        (["a", "a", "f", "g"], "not confirmed"),
    ],
)
def test_a_firewall_is_the_one_that_was_confirmed(row: list[str], said: str) -> None:
    assert fact.seen(Snapshot(rows={"firewall": [row]}), "firewall", "loaded, confirmed") == said


def test_a_blank_host_lacks_all_of_it() -> None:
    blank = Snapshot(rows={"clock": [["0"]]})
    for name, wanted in RIGHT:
        said = fact.seen(blank, name, wanted)
        assert said != wanted or name in (
            "package mirror", "cloud-init and the name", "installations", "chasquid reads",
            "last run: certbot.service", "updates come at", "policy-rc.d", "other firewalls: 22 25",
        )  # fmt: skip


@pytest.mark.parametrize("name", [name for name, _ in RIGHT])
def test_what_was_last_seen_may_be_wanted(name: str) -> None:
    """A step that was cut off leaves in the state what was seen then, in words of its own."""
    blank = Snapshot(rows={"clock": [["0"]]})
    last = fact.seen(blank, name, dict(RIGHT)[name])
    for words in (last, "none", "missing", "nobody", "fe80::1, fe80::2", ""):
        for host in (blank, snapshot()):
            assert isinstance(fact.seen(host, name, words), str), words


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(fact.FactError, match="weather"):
        fact.seen(snapshot(), "weather: here", "fine")


def test_each_step_names_facts_that_there_are() -> None:
    told = {
        name: value
        for step in declared().of_type("HostStep")
        for name, value in step.inputs["facts"].items()
    }
    assert len(told) > 40
    for name, wanted in told.items():
        assert fact.seen(snapshot(), name, wanted)


@pytest.mark.parametrize("answer", [b"", b"clock\t1\n", b"bash: not found\n"])
def test_half_an_answer_is_no_snapshot(answer: bytes) -> None:
    with pytest.raises(SnapshotError):
        parse(answer)
