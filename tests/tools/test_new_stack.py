"""`make new`: what it writes is right whatever is asked for, and nothing is written otherwise."""

import itertools
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import keys
from mail import finding
from settings import stack_file
from settings.check import Checked, check_config
from tools.new_stack import command, page
from tools.new_stack.question import Answers
from tools.new_stack.questions import QUESTIONS

KEY = keys.public_key("host")
YEAR = datetime.now(UTC).year
HOST = ("--ipv4", "198.51.100.7", "--host-key", KEY, "--email", "me@mail.test")
DOMAIN = ("--domain", "shop.test", *HOST)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder of stacks that is not the repository's own."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    monkeypatch.setattr(stack_file, "folder", lambda: stacks)
    return stacks


def written(folder: Path, name: str) -> Checked:
    """What the program makes of a file: its settings, and no error."""
    config = stack_file.read(folder / f"Pulumi.{name}.yaml")
    checked = check_config(config, name=name)
    assert finding.errors(checked.findings) == []
    return checked


def new(*arguments: str) -> int:
    return command.main([*arguments, "--file-only"])


def test_a_host_with_a_domain(folder: Path) -> None:
    assert new(*DOMAIN, "--include", "_spf.google.com", "--account", "a,b", "--account", "c") == 0
    settings = written(folder, "shop.test").settings
    assert settings is not None
    assert settings.host is not None
    assert settings.host.name == "smtp.shop.test"
    assert settings.host.ipv6 is None
    (domain,) = settings.domains
    assert domain.accounts == ("a", "b", "c")
    assert domain.aliases == {"*": ("me@mail.test",)}
    assert domain.spf.include == ("_spf.google.com",)
    assert (domain.spf.all, domain.dmarc.policy, domain.mx) == ("softfail", "none", "host")
    assert domain.dmarc.aggregate_reports == ("dmarc@shop.test",)
    assert [(key.selector, key.algorithm, key.state) for key in domain.dkim] == [
        (f"{YEAR}a", "rsa", "active"),
        (f"{YEAR}e", "ed25519", "active"),
    ]
    assert settings.allow == ()


def test_a_host_alone_and_a_domain_on_it(folder: Path) -> None:
    assert new("--host-name", "mail.shop.test", *HOST) == 0
    assert written(folder, "mail.shop.test").host is not None
    assert new("--domain", "shop.test", "--host-stack", "mail.shop.test",
               "--forward-to", "me@mail.test") == 0  # fmt: skip
    checked = written(folder, "shop.test")
    assert checked.settings is not None
    assert checked.settings.host is None
    assert checked.host is not None
    assert checked.host.name == "mail.shop.test"


def test_ipv6_of_a_server_that_has_it_and_of_one_that_is_to_get_it(folder: Path) -> None:
    assert new(*DOMAIN, "--ipv6", "2001:db8::7") == 0
    assert new(*DOMAIN, "--stack", "b", "--ipv6", "2001:db8::7", "--ipv6-gateway", "fe80::1") == 0
    for name, way in (("shop.test", (None, None)), ("b", (64, "fe80::1"))):
        settings = written(folder, name).settings
        assert settings is not None
        assert settings.host is not None
        assert settings.host.ipv6 is not None
        assert (settings.host.ipv6.prefix, settings.host.ipv6.gateway) == way


def test_a_domain_whose_mail_comes_in_elsewhere_hands_its_own_mail_on(folder: Path) -> None:
    assert new(*DOMAIN, "--mx", "keep", "--mx-host", "mx.other.test") == 0
    settings = written(folder, "shop.test").settings
    assert settings is not None
    assert settings.domains[0].mx == "keep"
    assert settings.domains[0].aliases == {"*": ("*@shop.test via mx.other.test",)}


def test_an_international_domain_gets_a_name_that_a_stack_can_have(folder: Path) -> None:
    assert new("--domain", "टपाल.भारत", *HOST) == 0
    settings = written(folder, "xn--c2bwy1c.xn--h2brj9c").settings
    assert settings is not None
    assert settings.domains[0].name == "xn--c2bwy1c.xn--h2brj9c"


def test_every_mistake_is_told_at_once_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new("--domain", "shop.test", "--ipv4", "10.0.0.1", "--include", "https://x/", "--mx",
               "nowhere", "--host-key", "ssh-rsa AAAA") == 1  # fmt: skip
    said = capsys.readouterr().err
    assert "nothing was written" in said
    assert re.search(r"things are to put right", said)
    for key in ("--email", "domains[0].mx"):
        assert f"  - {key}: " in said
    assert list(folder.iterdir()) == []
    assert new("--domain", "shop.test", "--ipv4", "10.0.0.1", "--include", "https://x/",
               "--host-key", "ssh-rsa AAAA", "--email", "a@mail.test") == 1  # fmt: skip
    said = capsys.readouterr().err
    for key in ("host.ipv4", "host.ssh.hostKey", "domains[0].spf.include[0]"):
        assert f"  - {key}: " in said
    assert list(folder.iterdir()) == []


def test_a_wrong_domain_is_told_once_and_not_again_of_every_name_made_from_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new("--domain", "https://shop.test", *HOST) == 1
    said = capsys.readouterr().err
    assert "1 thing is to put right\n  - domains[0].name: 'https://shop.test' is a URL" in said
    assert new("--domain", "https://shop.test", *HOST, "--host-name", "a b", "--stack", "a b") == 1
    said = capsys.readouterr().err
    assert "3 things are" in said
    assert "  - host.name: " in said
    assert "  - stack: " in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("local", ["me", "post"])
def test_mail_is_not_forwarded_to_the_domain_that_it_came_to(
    local: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(*DOMAIN, "--forward-to", f"{local}@Shop.test") == 1
    said = capsys.readouterr().err
    assert "1 thing is to put right" in said
    assert "keeps no mailboxes" in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", "a b", "x" * 101])
def test_a_stack_s_name_leads_out_of_no_folder(folder: Path, name: str) -> None:
    assert new(*DOMAIN[2:], "--domain", name) == 1
    assert list(folder.parent.rglob("Pulumi*")) == []


def test_a_file_that_is_there_is_not_touched(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "Pulumi.shop.test.yaml"
    file.write_text("mine")
    assert new(*DOMAIN) == 1
    assert file.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err


def test_nor_one_that_came_to_be_there_meanwhile(folder: Path) -> None:
    file = folder / "Pulumi.s.yaml"
    file.write_text("mine")
    with pytest.raises(FileExistsError):
        page.write({"stack": ("s",)})
    assert file.read_text() == "mine"


def test_comments_explain_every_key(folder: Path) -> None:
    assert new(*DOMAIN, "--ipv6", "2001:db8::7") == 0
    lines = (folder / "Pulumi.shop.test.yaml").read_text().splitlines()
    above = {
        line.strip(" -").partition(":")[0]: before for before, line in itertools.pairwise(lines)
    }
    for key in ("hostKey", "all", "policy", "mx", "dkim", "accounts", "aliases", "ipv6"):
        assert above[key].strip().startswith("#"), key
    # `pulumi config set` moves what stands behind a value.
    values = [line for line in lines if not line.strip().startswith("#")]
    assert not any(" #" in line for line in values)


def test_what_comes_next_is_what_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(*DOMAIN) == 0
    said = capsys.readouterr().out
    for line in ("pulumi login", "passphrase", "pulumi stack init shop.test",
                 "make preview STACK=shop.test", "make up STACK=shop.test",
                 "--secret cloudflare:apiToken"):  # fmt: skip
        assert line in said
    assert folder.name in said


labels = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?\Z")
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20
)
ODD = """yes null 1e5 0x1f 2026-01-01 1:20 ~ on = {a:b} #x a: -a ' " \\ &a *a !!str > [ @ % `"""
odd = st.sampled_from([*ODD.split(), "x #y", "a: b", "- a", "| x"])


@settings(max_examples=300, deadline=None)
@given(st.lists(words | odd, min_size=len(QUESTIONS), max_size=len(QUESTIONS)))
def test_whatever_is_answered_stands_in_the_file_as_it_was_said(texts: list[str]) -> None:
    answers: Answers = {
        question.name: (text,) for question, text in zip(QUESTIONS, texts, strict=True)
    }
    answers = {**answers, "stack": ("s",), "host_stack": (), "mx_host": ()}
    config = yaml.safe_load(page.render(answers))["config"]
    (domain,) = config["tapal:domains"]
    host = config["tapal:host"]
    said = {
        "domain": domain["name"],
        "account": domain["accounts"][0],
        "forward_to": domain["aliases"]["*"],
        "include": domain["spf"]["include"][0],
        "dmarc_reports": domain["dmarc"]["aggregateReports"][0],
        "host_name": host["name"],
        "ipv4": host["ipv4"],
        "host_key": host["ssh"]["hostKey"],
        "email": config["tapal:acme"]["email"],
    }
    assert {name: answers[name][0] for name in said} == said


@settings(max_examples=100, deadline=None)
@given(labels, labels, st.lists(labels, min_size=1, max_size=3, unique=True))
def test_a_file_of_good_answers_has_no_errors(one: str, two: str, accounts: list[str]) -> None:
    answers: Answers = {
        **{question.name: () for question in QUESTIONS},
        "domain": (f"{one}.{two}.test",),
        "host_name": (f"smtp.{one}.{two}.test",),
        "ipv4": ("198.51.100.7",),
        "ssh_user": ("root",),
        "ssh_port": ("22",),
        "host_key": (KEY,),
        "email": ("me@mail.test",),
        "mx": ("host",),
        "account": tuple(accounts),
        "forward_to": ("me@mail.test",),
        "dmarc_reports": (f"dmarc@{one}.{two}.test",),
    }
    assert page.problems(answers) == []
