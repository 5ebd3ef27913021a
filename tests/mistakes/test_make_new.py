"""`make new` on a terminal: the whole way, and every mistake on it."""

import stat
from dataclasses import dataclass, replace

import asyncssh
import pytest

from lab import keys, plan
from settings import stack_file
from settings.check import check_config
from tests.docs.terminal import Said
from tests.mistakes import told
from tests.mistakes.desk import (
    ADDRESS,
    AGAIN,
    DOMAIN,
    EMAIL,
    EMPTY_DNS,
    KEY,
    MX,
    PUBLIC,
    SAME,
    SERVER,
    STACK,
    TOKEN,
    Desk,
)  # fmt: skip
from tests.tools.sshd import Login, free_port
from tools.new_stack import host_key

MOST_QUESTIONS = 6
# A conversation takes seconds, most of them to see what the server is. They need no lab, but time.
slow = pytest.mark.chaos
AT_GOOGLE = {**EMPTY_DNS, f"{DOMAIN} MX": ["aspmx.l.google.com"],
             f"{DOMAIN} TXT": ["v=spf1 include:_spf.google.com ~all", "something else"],
             f"_dmarc.{DOMAIN} TXT": ["v=DMARC1; p=reject"]}  # fmt: skip
OTHER = keys.public_key("host")


def test_six_questions_make_a_stack_that_is_ready(desk: Desk) -> None:
    desk.dns = AT_GOOGLE
    said = desk.make_new()
    told.holds(said, "is written", "the stack tapal.test is made", "make preview", "make up")
    assert said.status == 0
    assert said.output.count(" > ") == MOST_QUESTIONS
    # Only a command to be copied is longer than a terminal is wide.
    long = [line for line in said.output.splitlines() if len(line) > 80 and " …" not in line]
    assert [line for line in long if "sudo tee" not in line] == []
    checked = check_config(stack_file.read(desk.file), name=DOMAIN)
    assert checked.settings is not None
    [domain] = checked.settings.domains
    assert (domain.mx, domain.accounts, domain.spf.include) == (
        "keep",
        ("post",),
        ("_spf.google.com",),
    )
    assert domain.aliases == {"*": (f"*@{DOMAIN} via aspmx.l.google.com",)}
    assert (domain.existing.spf, domain.existing.dmarc) == ("merge", "keep")
    assert desk.secret("cloudflare:apiToken") == plan.API_TOKEN
    assert desk.secret("tapal:sshPrivateKey") == desk.sshd.private_key.strip()
    calls = "\n".join(desk.calls())
    assert plan.API_TOKEN not in calls
    assert "PRIVATE" not in calls
    assert f"login file://{desk.home}" in calls
    passphrase = desk.home / ".tapal-passphrase"
    assert stat.S_IMODE(passphrase.stat().st_mode) == 0o600
    assert len(passphrase.read_text().strip()) == 40


@slow
def test_mail_that_is_to_come_here_replaces_the_mx(desk: Desk) -> None:
    desk.dns = AT_GOOGLE
    said = desk.make_new(first=[(MX, "here")])
    assert said.status == 0, said.output
    checked = check_config(stack_file.read(desk.file), name=DOMAIN)
    assert checked.settings is not None
    [domain] = checked.settings.domains
    assert (domain.mx, domain.existing.mx) == ("host", "replace")
    assert domain.aliases == {"*": ("me@mail.test",)}


def test_every_answer_has_a_flag(desk: Desk) -> None:
    token = desk.folder / "token"
    token.write_text(plan.API_TOKEN)
    said = desk.make_new(
        "--domain", DOMAIN, "--ipv4", PUBLIC, "--host-key", desk.sshd.host_key, "--email",
        "me@mail.test", "--token-file", str(token), "--ssh-key", str(desk.home / ".ssh/id_ed25519"),
        "--yes",
    )  # fmt: skip
    assert said.status == 0, said.output
    assert " > " not in said.output
    assert desk.secret("cloudflare:apiToken") == plan.API_TOKEN


@slow
def test_the_way_back_leads_to_the_question_before(desk: Desk) -> None:
    said = desk.make_new(first=[(SERVER, "<"), (TOKEN, plan.API_TOKEN), (TOKEN, plan.API_TOKEN)])
    assert said.status == 0, said.output
    assert said.output.count("The token for Cloudflare's API") == 2
    said = desk.make_new(first=[(ADDRESS, "<")])
    told.holds(said, "this is the first question; Ctrl-C stops")


@slow
def test_a_second_run_goes_on_where_the_first_one_stopped(desk: Desk) -> None:
    desk.more = {"REFUSE": "init", "SAID": "something is broken"}
    said = desk.make_new()
    assert said.status == 1
    told.holds(said, "pulumi: something is broken")
    before = desk.file.read_text()
    desk.more = {}
    said = desk.make_new("--domain", DOMAIN)
    assert said.status == 0, said.output
    told.holds(said, "is there already, and stays as it is", "the stack tapal.test is made")
    assert "Your server's IP address" not in said.output
    assert before.partition("config:")[2] in desk.file.read_text().replace(
        "  tapal:sshPrivateKey:\n    secure: v1:something\n", ""
    ).replace("  cloudflare:apiToken:\n    secure: v1:something\n", "")
    said = desk.make_new("--domain", DOMAIN)
    assert said.status == 0
    assert " > " not in said.output, "nothing is left to ask"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake at a question.

    Attributes:
        name: of the test.
        question: where it is made.
        typed: the wrong answer.
        told: the cause and the cure.
    """

    name: str
    question: str
    typed: str
    told: tuple[str, ...]


def at(name: str, question: str, typed: str, *told: str) -> Mistake:
    return Mistake(name=name, question=question, typed=typed, told=told)


MISTAKES = (
    at("no-address", ADDRESS, "", "an address is needed", "such as hello@example.com"),
    at("name-alone", ADDRESS, "hello", "'hello' is not a complete domain name", "example.com"),
    at("url", ADDRESS, "https://tapal.test/", "is a URL", "write 'tapal.test'"),
    at("two-at-signs", ADDRESS, f"post@@{DOMAIN}", "holds 2 @", f"write 'post@{DOMAIN}'"),
    at("space", ADDRESS, f"Post Master@{DOMAIN}", "'Post Master' cannot stand before the @",
       "without spaces"),
    at("two-dots", ADDRESS, "post@tapal..test", "two dots in a row", "remove one of them"),
    at("no-token", TOKEN, "", "nothing was pasted"),
    at("token-with-a-word", TOKEN, "Bearer abc", "not the token alone", "copy it by the button"),
    at("wrong-token", TOKEN, "x" * 40, "Cloudflare does not know this token", "copied whole"),
    at("half-a-token", TOKEN, plan.API_TOKEN[:12], "does not know this token", "copied whole"),
    at("server-name", SERVER, "smtp.tapal.test", "is not an IP address", "IPv4 address"),
    at("private-address", SERVER, "10.0.0.1", "10.0.0.1 is not public", "public IPv4 address"),
    at("ipv6-alone", SERVER, "2001:db8::10", "an IPv4 address is needed", "IPv6 address after it"),
    at("two-ipv4", SERVER, f"{PUBLIC} {PUBLIC}", "holds two IPv4 addresses", "IPv4 address"),
    at("link-local", SERVER, f"{PUBLIC} fe80::1", "fe80::1", "cure:"),
    at("mistyped-address", SERVER, "203.0.113", "'203.0.113' is not an IP address", "panel"),
    at("not-the-same-key", SAME, "n", "it is not taken", "really your server?"),
    at("another-fingerprint", SAME, host_key.fingerprint(OTHER), "another key than the one"),
    at("email-of-the-domain", EMAIL, f"me@{DOMAIN}", "keeps no mailboxes",
       "write an address elsewhere"),
    at("email-two-at-signs", EMAIL, "me@@gmail.com", "holds 2 @", "write 'me@gmail.com'"),
    at("email-without-domain", EMAIL, "me", "'me' is not an e-mail address", "me@example.com"),
    at("no-email", EMAIL, "", "is not an e-mail address", "me@example.com"),
    at("email-example", EMAIL, "me@example.com", "Let's Encrypt refuses", "an address of yours"),
)  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, api: str, sshd: Login) -> dict[str, str]:
    """What each mistake is answered by: one conversation, in which all of them are made."""
    desk = Desk(folder=tmp_path_factory.mktemp("desk"), api=api, sshd=sshd)
    said = desk.make_new(first=[(one.question, one.typed) for one in MISTAKES])
    assert said.status == 0, said.output
    parts = said.output.split(" > ")[1:]
    questions = list(dict.fromkeys(one.question for one in MISTAKES))
    names = [
        name
        for question in questions
        for name in [*(one.name for one in MISTAKES if one.question == question), question]
    ]
    assert len(parts) == len(names), said.output
    return dict(zip(names, parts, strict=True))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_is_named_with_its_cure_and_asked_again(
    mistake: Mistake, answered: dict[str, str]
) -> None:
    told.holds(Said(status=0, output=answered[mistake.name]), "✗", *mistake.told)


@slow
def test_the_choice_of_mail_takes_two_words(desk: Desk) -> None:
    desk.dns = AT_GOOGLE
    said = desk.make_new(first=[(MX, "yes")])
    told.holds(said, "'yes' is not one of the two", "type there or here")


@slow
def test_a_token_of_other_zones_names_those_it_opens(desk: Desk) -> None:
    said = desk.make_new(
        first=[(ADDRESS, "post@shop.example"), (TOKEN, plan.API_TOKEN), (TOKEN, "<")]
    )
    told.holds(said, "does not know shop.example yet", "opens tapal.test, second.test",
               "not the zone of shop.example", "add the domain to Cloudflare first")  # fmt: skip


@slow
def test_no_network(desk: Desk) -> None:
    desk.api = f"http://127.0.0.1:{free_port()}"
    said = desk.make_new(first=[(TOKEN, plan.API_TOKEN), (TOKEN, "\x03")])
    told.holds(said, "does not answer: is this computer online?")
    assert said.status == 130


@slow
def test_a_server_that_does_not_answer(desk: Desk) -> None:
    desk.sshd = replace(desk.sshd, port=free_port())
    said = desk.make_new(first=[(AGAIN, "\x03")])
    told.holds(
        said, "no SSH server with an Ed25519 key answers", "is it up, and is the address right?"
    )
    assert said.status == 130
    assert not desk.file.exists()


@slow
def test_no_ssh_key(desk: Desk) -> None:
    (desk.home / ".ssh" / "id_ed25519").unlink()
    said = desk.make_new(first=[(KEY, "\x03")])
    told.holds(said, "there is none in ~/.ssh, and no SSH agent", "ssh-keygen -t ed25519 -N ''",
               "ssh-copy-id")  # fmt: skip


@slow
def test_a_key_with_a_passphrase(desk: Desk) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    desk.give_key("id_ed25519", key.export_private_key(passphrase="secret").decode())
    said = desk.make_new(first=[(KEY, "\x03")])
    told.holds(said, "the key has a passphrase", "ssh-add", "make one without a passphrase")


@slow
def test_a_key_that_the_server_does_not_know(desk: Desk) -> None:
    right = desk.sshd.private_key
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    desk.give_key("id_ed25519", other)
    desk.give_key("server", right)
    said = desk.make_new(first=[(KEY, str(desk.home / ".ssh" / "server"))])
    told.holds(said, "the server lets in none of", "by ~/.ssh/id_ed25519", "put the public half")
    assert said.status == 0, said.output
    assert desk.secret("tapal:sshPrivateKey") == right.strip()


@slow
@pytest.mark.parametrize(
    ("typed", "cause"), [("~/.ssh/nothing", "cannot be read (No such file"),
                         ("~/.ssh/id.pub", "is not an OpenSSH private key")]
)  # fmt: skip
def test_a_key_file_that_is_none(typed: str, cause: str, desk: Desk) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    desk.give_key("id_ed25519", other)
    desk.give_key("id.pub", OTHER)
    said = desk.make_new(first=[(KEY, typed), (KEY, "\x03")])
    told.holds(said, cause, "cure:")


@slow
def test_who_stops_is_told_that_nothing_is_lost(desk: Desk) -> None:
    said = desk.make_new(first=[(EMAIL, "\x03")])
    told.holds(said, "stopped", "The same command goes on")
    assert said.status == 130
    assert not desk.file.exists()
    assert desk.calls() == []


def test_no_pulumi(desk: Desk) -> None:
    (desk.folder / "bin" / "pulumi").unlink()
    desk.more = {"PATH": "/usr/bin:/bin"}
    told.holds(
        desk.make_new(), "no program is called pulumi", "https://www.pulumi.com/docs/install/"
    )


@slow
def test_a_passphrase_that_is_not_here(desk: Desk) -> None:
    assert desk.make_new().status == 0
    (desk.home / ".tapal-passphrase").unlink()
    said = desk.make_new("--domain", DOMAIN)
    assert said.status == 1
    told.holds(said, "encrypted with a passphrase that is not on this computer",
               "write it into ~/.tapal-passphrase")  # fmt: skip
    assert not (desk.home / ".tapal-passphrase").exists(), "another one would open nothing"


@pytest.mark.parametrize("text", ["mine\n", "config:\n\ttapal:host: {}\n"], ids=["text", "tab"])
def test_a_file_that_cannot_be_gone_on_with(text: str, desk: Desk) -> None:
    desk.file.write_text(text)
    said = desk.make_new("--domain", DOMAIN)
    assert said.status == 1
    told.holds(said, f"{STACK} is there already, and cannot be gone on with", "move it away")
    assert desk.file.read_text() == text


def test_flags_that_are_wrong_are_told_all_at_once(desk: Desk) -> None:
    said = desk.make_new("--domain", "https://x", "--ipv4", "10.0.0.1", "--account", "Post Master",
                         "--yes")  # fmt: skip
    assert said.status == 1
    told.holds(said, "things are to put right", "is a URL", "is not public",
               "--email: it is missing", "'Post Master' cannot stand before the @")  # fmt: skip
    assert desk.calls() == []


@slow
def test_a_passphrase_of_one_s_own_is_left_alone(desk: Desk) -> None:
    own = desk.folder / "own"
    own.write_text("mine\n")
    desk.more = {"PULUMI_CONFIG_PASSPHRASE_FILE": str(own), "PULUMI_BACKEND_URL": "file:///tmp/x"}
    assert desk.make_new().status == 0
    assert not (desk.home / ".tapal-passphrase").exists()
    assert not [call for call in desk.calls() if call.startswith("login")]


@slow
def test_a_wrong_flag_is_asked_again(desk: Desk) -> None:
    said = desk.make_new("--domain", "https://tapal.test", "--ipv4", PUBLIC)
    told.holds(said, "'https://tapal.test' is a URL", "write 'tapal.test'")
    assert said.status == 0, said.output
    assert "Your server's IP address" not in said.output, "what was right is not asked for"
