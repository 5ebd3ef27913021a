"""`make lint-stacks`: errors and warnings of every stack's file, without engine or network."""

import base64
import datetime as dt
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lab.paths import REPOSITORY
from mail.dkim import generate, record
from mail.resolve import UnansweredError
from settings import stack_file
from tests.settings.bad_stacks.table import CASES, WARNED
from tools.lint_stacks import command, judge

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
REPORTS = ", aggregateReports: [dmarc@tapal.example]"
IPV6 = '    ipv6: {address: "2001:4860:4860::8844", prefix: 64, gateway: "fe80::1"}\n'
DOMAINS = "  tapal:domains"
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"
[GOOD] = [path.read_text("utf-8") for path in WARNED if path.stem.endswith("nothing-to-say")]


class Project:
    """A project of its own in git, whose commits can be dated."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet")
        (folder / "Pulumi.yaml").write_text("name: tapal\nstackConfigDir: stacks\n")
        (folder / "stacks").mkdir()

    def git(self, *arguments: str, day: int = 0) -> None:
        """Run git as of ``day`` days ago."""
        date = (NOW - dt.timedelta(days=day)).isoformat()
        who = {f"GIT_{role}": "nobody" for role in ("AUTHOR_NAME", "COMMITTER_NAME")}
        who |= {"EMAIL": "nobody@tapal.example", "GIT_CONFIG_GLOBAL": "/dev/null"}
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.folder,
            env={**os.environ, **who, **dates},
            check=True,
            capture_output=True,
        )

    def write(self, stack: str, text: str) -> Path:
        file = self.folder / "stacks" / f"Pulumi.{stack}.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    def commit(self, stack: str, text: str, day: int) -> Path:
        """Commit the file of ``stack`` with ``text``, ``day`` days ago."""
        file = self.write(stack, text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x", day=day)
        return file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with no stack yet, in the place of this one."""
    made = Project(tmp_path)
    monkeypatch.setattr(stack_file, "PROJECT", tmp_path)
    return made


def said(file: Path) -> dict[str, str]:
    """What is said of ``file``: the reason by rule."""
    [judged] = judge.judge([file], NOW)
    return {one.id: one.reason for one in judged.findings}


def with_policy(policy: str) -> str:
    return GOOD.replace("policy: reject", f"policy: {policy}")


def test_nothing_is_said_of_a_good_stack(project: Project) -> None:
    assert said(project.write("tapal.example", GOOD)) == {}


@pytest.mark.parametrize(
    ("history", "age"),
    [
        ([("none", 45)], "(45 days)"),
        ([("none", 12)], None),
        ([("none", 31), ("none", 2)], "(31 days)"),
        ([("none", 90), ("quarantine", 60), ("none", 40), ("none", 3)], "(40 days)"),
        ([("none", 90), ("quarantine", 60), ("none", 4)], None),
        ([("quarantine", 60)], None),
    ],
)
def test_a_policy_of_none_has_an_age(
    project: Project, history: list[tuple[str, int]], age: str | None
) -> None:
    for number, (policy, day) in enumerate(history):
        text = with_policy(policy) + f"# {number}\n"
        file = project.commit("tapal.example", text, day)
    found = said(file).get("dmarc-none-old")
    assert (found is None) is (age is None), found
    assert age is None or age in str(found)


def test_a_policy_that_is_left_out_is_none_too(project: Project) -> None:
    text = with_policy("none").replace("policy: none, ", "")
    assert "(50 days)" in said(project.commit("tapal.example", text, 50))["dmarc-none-old"]


def test_the_age_survives_another_name_of_the_file(project: Project) -> None:
    project.commit("old", with_policy("none"), 70)
    project.git("mv", "stacks/Pulumi.old.yaml", "stacks/Pulumi.tapal.example.yaml")
    file = project.commit("tapal.example", with_policy("none"), 5)
    assert "(70 days)" in said(file)["dmarc-none-old"]


def test_a_copy_of_another_stack_is_new(project: Project) -> None:
    project.commit("template", with_policy("none"), 70)
    assert "dmarc-none-old" not in said(project.commit("tapal.example", with_policy("none"), 5))


def test_what_is_not_committed_yet_is_new(project: Project) -> None:
    project.commit("tapal.example", with_policy("reject"), 70)
    assert "dmarc-none-old" not in said(project.write("tapal.example", with_policy("none")))


def test_without_history_the_age_is_unknown(project: Project) -> None:
    found = said(project.write("tapal.example", with_policy("none")))["dmarc-none-old"]
    assert "(age unknown: the file is not in git)" in found


def test_a_shallow_clone_says_so(project: Project, tmp_path: Path) -> None:
    project.commit("tapal.example", with_policy("none"), 80)
    project.commit("tapal.example", with_policy("none") + "# more\n", 10)
    copy = tmp_path / "copy"
    project.git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", str(copy))
    found = said(copy / "stacks" / "Pulumi.tapal.example.yaml")["dmarc-none-old"]
    assert "(at least 10 days: the clone is shallow (in a workflow: fetch-depth: 0))" in found


def test_softfail_for_ever(project: Project) -> None:
    soft = GOOD.replace("all: fail", "all: softfail")
    assert "spf-softfail-old" not in said(project.commit("tapal.example", soft, 100))
    assert "(200 days)" in said(project.commit("second", soft, 200))["spf-softfail-old"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (REPORTS, "", "dmarc-blind"),
        (f"policy: reject{REPORTS}", "policy: quarantine", "dmarc-no-reports"),
        (IPV6, "", "host-no-ipv6"),
        ("spf:", "dkim: [{selector: 2026a}]\n      spf:", "dkim-no-ed25519"),
        ("spf:", "dkim: [{selector: 2026a, algorithm: ed25519}]\n      spf:", "dkim-no-rsa"),
        ("spf:", "dkim: [{selector: 2025a}]\n      spf:", "dkim-key-old"),
        ("spf:", "dkim: [{selector: key2024x}]\n      spf:", "dkim-key-old"),
        ('aliases: {"*": me@mailbox.test}', "aliases: {i: me@mailbox.test}", "no-postmaster"),
        (DOMAINS, f"  tapal:allow: [dkim-keys]\n{DOMAINS}", "allow-left"),
        ("test}", f"test, directory: {STAGING}}}", "acme-staging"),
        (DOMAINS, f"  tapal:server: {{giveUpSendAfter: 20h}}\n{DOMAINS}", "queue-time-short"),
    ],
)
def test_what_could_be_better(project: Project, old: str, new: str, rule: str) -> None:
    assert old in GOOD
    [judged] = judge.judge([project.write("x", GOOD.replace(old, new, 1))], NOW)
    assert {one.id for one in judged.findings if one.level == "warning"} >= {rule}
    assert [one for one in judged.findings if one.level == "error"] == []
    assert all(one.source and one.cure for one in judged.findings)


def test_a_key_of_this_year_or_without_one_is_not_old(project: Project) -> None:
    for selector in ("2026a", "tapal-rsa", "s20251"):
        text = GOOD.replace("spf:", f'dkim: [{{selector: "{selector}"}}]\n      spf:')
        assert "dkim-key-old" not in said(project.write("x", text))


IGNORED = '  tapal:ignore: {host-no-ipv6: "the provider has none", dmarc-blind: "for a week"}\n'


def test_an_ignored_warning_is_shown_with_its_reason(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project.write("x", GOOD.replace(IPV6, "").replace(DOMAINS, IGNORED + DOMAINS))
    [judged] = judge.judge([file], NOW)
    assert judged.findings == []
    assert [(one.id, why) for one, why in judged.ignored] == [
        ("host-no-ipv6", "the provider has none")
    ]
    assert command.main(["--strict", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "nothing to say" in shown
    [line] = [one for one in shown.splitlines() if "host.ipv6" in one]
    assert " · " in line
    assert "ignored: the provider has none" in line
    assert "host-no-ipv6, RFC 6540 §2" in shown
    assert "dmarc-blind" not in shown


def test_what_is_not_ignored_is_said(project: Project) -> None:
    ignored = IGNORED.replace("dmarc-blind", "no-postmaster")
    text = GOOD.replace(IPV6, "").replace(REPORTS, "").replace(DOMAINS, ignored + DOMAINS)
    file = project.write("x", text)
    assert set(said(file)) == {"dmarc-blind"}


def test_an_error_is_never_ignored(project: Project) -> None:
    text = GOOD.replace("8.8.4.4", "10.0.0.1").replace(DOMAINS, IGNORED + DOMAINS)
    file = project.write("x", text.replace("host-no-ipv6", "ip-not-public"))
    [judged] = judge.judge([file], NOW)
    assert {one.id for one in judged.findings} == {"ip-not-public", "ignore-error"}
    assert judged.ignored == ()


def test_stacks_beside_each_other(project: Project) -> None:
    project.write("one", GOOD)
    two = project.write("two", GOOD)
    found = said(two)
    assert set(found) == {"domain-in-two-stacks", "host-in-two-stacks"}
    assert "in the stack one as well" in found["domain-in-two-stacks"]
    assert "the host of the stack one as well" in found["host-in-two-stacks"]
    other = "config:\n  tapal:hostStack: one\n  tapal:domains: [{name: second.example}]\n"
    assert not set(said(project.write("three", other))) & set(found)


def test_the_template_is_one_only_under_its_name(project: Project) -> None:
    text = (REPOSITORY / "stacks" / "Pulumi.example.com.yaml").read_text(encoding="utf-8")
    [judged] = judge.judge([project.write("example.com", text)], NOW)
    assert judged.findings == []
    assert judged.placeholders == ("host.ipv4", "host.ipv6", "host.ssh.hostKey", "acme.email")
    assert {"ssh-host-key-example", "acme-email-example"} <= set(said(project.write("copy", text)))


def test_the_projects_own_stacks_have_no_mistake() -> None:
    assert command.main([]) == 0


def test_exit_status(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("tapal.example", GOOD)
    assert command.main(["--strict"]) == 0
    assert "✓ 1 stack file: 0 errors, 0 warnings" in capsys.readouterr().out
    project.write("tapal.example", with_policy("none"))
    assert command.main([]) == 0
    assert "✓ 1 stack file: 0 errors, 1 warning" in capsys.readouterr().out
    assert command.main(["--strict"]) == 1
    assert "✗ 1 stack file: 0 errors, 1 warning" in capsys.readouterr().out
    assert command.main([str(CASES[0])]) == 1
    assert "1 error" in capsys.readouterr().out


def test_without_a_stack(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    assert "there is no stack's file in stacks/" in capsys.readouterr().out
    assert project.folder.exists()


def test_the_log_of_a_pipeline_can_be_read() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.lint_stacks", *map(str, [*CASES, *WARNED])],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 140
    assert "canary" not in done.stdout
    for path in CASES:
        assert path.stem[:20] in done.stdout
    assert "did you mean 'domains'?" in done.stdout


def test_nothing_is_contacted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    project.commit("tapal.example", with_policy("none"), 50)
    assert command.main([]) == 0


def weak() -> str:
    size = 1024
    key = rsa.generate_private_key(public_exponent=65537, key_size=size).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = base64.b64encode(der).decode()
    return f"v=DKIM1; k=rsa; p={text[:50]} {text[50:]}"


def test_published_keys_are_looked_at_if_asked(project: Project) -> None:
    keys = ", ".join(f"{{selector: {name}}}" for name in "abcd")
    file = project.write("x", GOOD.replace("spf:", f"dkim: [{keys}]\n      spf:"))
    zone = {"a": [weak()], "b": [record(generate("rsa"))], "c": ["v=DKIM1; p="]}

    def resolve(name: str, kind: str) -> Sequence[str]:
        assert kind == "TXT"
        selector = name.removesuffix("._domainkey.tapal.example")
        if selector == "d":
            raise UnansweredError("no answer in time")
        return zone.get(selector, [])

    [judged] = judge.judge([file], NOW, resolve)
    found = {one.key: one for one in judged.findings if one.id != "dkim-no-ed25519"}
    assert {key: one.id for key, one in found.items()} == {
        "domains: tapal.example, dkim[0].selector": "dkim-key-weak",
        "domains: tapal.example, dkim[3].selector": "dns-unanswered",
    }
    assert "1024 bits" in found["domains: tapal.example, dkim[0].selector"].reason
