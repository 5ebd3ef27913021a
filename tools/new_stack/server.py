"""The server, looked at over SSH before anything is written: which key opens it, and what it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facts import survey, uplink
from facts.survey import Survey, SurveyError
from facts.uplink import Uplink
from settings import ssh_target
from settings.ssh_target import SshTarget, SshTargetError
from ssh.connection import CutOffError, LoginError, Session, SshError, fresh_session

PATIENCE = 8.0  # seconds to keep dialling: a person waits, and may have mistyped the address
LIMIT = 20.0  # seconds for a command
KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")  # in the order in which `ssh` tries them
USERS = ("root", "debian", "ubuntu")  # as images are delivered


class ServerError(Exception):
    """The server cannot be logged in to; the message says why, and the cure."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A private key that may open a server.

    Attributes:
        called: its file, or the agent, as a person knows it.
        text: the key itself; None if the SSH agent has it.
    """

    called: str
    text: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that was logged in to.

    Attributes:
        key: what opened it.
        user: whom it let in.
        survey: what it is; None if it gave no answer that can be read.
        uplink: its IPv6.
    """

    key: Key
    user: str
    survey: Survey | None
    uplink: Uplink


def keys(named: str, environment: Mapping[str, str]) -> tuple[list[Key], list[str]]:
    """Return the keys to try, and why others cannot be.

    Args:
        named: the file that a person named; empty to look in ~/.ssh, and ask the SSH agent.
        environment: the process's.
    """
    home = Path(environment.get("HOME") or Path.home())
    folder = home / ".ssh"
    files = [Path(named).expanduser()] if named else [folder / one for one in KEYS]
    found: list[Key] = []
    refused: list[str] = []
    for file in files:
        called = str(file).replace(str(home), "~", 1)
        if not named and not file.is_file():
            continue
        try:
            found.append(Key(called=called, text=ssh_target.in_file(str(file))))
        except SshTargetError as error:
            refused.append(f"{error.finding.reason.replace(str(file), called)} ({called})")
    if environment.get("SSH_AUTH_SOCK") and not named:
        found.append(Key(called="the SSH agent", text=None))
    return found, refused


def log_in(
    target: SshTarget, found: Sequence[Key], refused: Sequence[str], users: Sequence[str] = USERS
) -> Server:
    """Return the server at ``target``, which one of the keys opens.

    Args:
        target: where it is, and its own key; the user and key in it do not matter.
        found: the keys to try.
        refused: why others cannot be tried.
        users: whom to log in as, the first that is let in.

    Raises:
        ServerError: no key opens it, it is another server, or nobody answers.
    """
    if not found:
        why = "; ".join(refused) or "there is none in ~/.ssh, and no SSH agent"
        cure = _no_key(target, passphrase="passphrase" in why)
        raise ServerError(f"no SSH key can be used: {why}.\n{cure}")
    tried: list[str] = []
    for user, key in _tries(users, found):
        try:
            server = _look(target, user, key)
        except LoginError:
            tried.append(f"{user} by {key.called}")
            continue
        except CutOffError as error:
            raise ServerError(str(error)) from None
        except SshError as error:
            if tried:  # sshd shuts out for a while who was refused several times
                break
            raise ServerError(str(error)) from None
        if server:
            return server
        tried.append(f"{user} by {key.called}, who may not run commands")
    more = f"; {'; '.join(refused)}" if refused else ""
    cure = _no_key(target, passphrase=bool(refused))
    raise ServerError(f"the server lets in none of: {', '.join(tried)}{more}.\n{cure}")


def _tries(users: Sequence[str], found: Sequence[Key]) -> Iterator[tuple[str, Key]]:
    # Few: three refusals are what sshd (PerSourcePenalties) takes without shutting us out.
    yield from ((users[0], key) for key in found)
    yield from ((user, found[0]) for user in users[1:])


def _look(target: SshTarget, user: str, key: Key) -> Server | None:
    own = SshTarget(
        address=target.address,
        port=target.port,
        user=user,
        host_key=target.host_key,
        private_key=key.text,
        as_root=False,
    )
    with fresh_session(own) as session:
        answer = _ran(session, uplink.command())
        connected = uplink.parse(answer)
        if connected is None:
            return None
        try:
            seen = survey.parse(_ran(session, survey.command("", [])))
        except SurveyError:
            seen = None
    return Server(key=key, user=user, survey=seen, uplink=connected)


def _ran(session: Session, argv: list[str]) -> str:
    done = session.run(argv, patience=PATIENCE, limit=LIMIT)
    return done.stdout.decode("utf-8", errors="replace")


def _no_key(target: SshTarget, *, passphrase: bool) -> str:
    where = f"-p {target.port} root@{target.address}"
    if passphrase:
        file = "~/.ssh/id_ed25519_server"
        return (
            "    cure: add the key to the SSH agent (ssh-add), or make one without a passphrase:\n"
            f"          ssh-keygen -t ed25519 -N '' -f {file}\n"
            f"          ssh-copy-id -i {file} {where}"
        )
    return (
        "    cure: put the public half of your key on the server, in the provider's panel or by\n"
        f"          ssh-copy-id {where}\n"
        "          There is no key yet? ssh-keygen -t ed25519 -N ''"
    )
