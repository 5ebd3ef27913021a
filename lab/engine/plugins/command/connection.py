"""Where and how to log in by SSH, and the dial with its retries."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import asyncssh

from lab.engine.plugins.command.log import Log
from lab.engine.plugins.command.output import CommandError
from lab.engine.plugins.command.wording import dial_failure, key_failure
from lab.engine.plugins.values import Properties, members, number, text

DEFAULTS: Properties = {"port": 22, "user": "root", "dialErrorLimit": 10, "perDialTimeout": 15}
FIRST_PAUSE_SECONDS = 0.1
PAUSE_GROWTH = 1.5
LONGEST_PAUSE_SECONDS = 5.0

T = TypeVar("T")
HostKeys = tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]


@dataclass(frozen=True, kw_only=True)
class Login:
    """One host to log in to: the target itself, or the proxy in front of it."""

    host: str
    port: int
    user: str
    host_key: str
    password: str | None
    private_key: str | None
    private_key_password: str | None
    agent_socket: str
    dial_error_limit: int
    per_dial_timeout: int

    @classmethod
    def parsed(cls, given: Properties) -> "Login":
        """Return the login that the ``connection`` (or its ``proxy``) describes."""
        given = {**DEFAULTS, **given}
        return cls(
            host=text(given, "host"),
            port=number(given, "port"),
            user=text(given, "user"),
            host_key=text(given, "hostKey"),
            password=text(given, "password") or None,
            private_key=text(given, "privateKey") or None,
            private_key_password=text(given, "privateKeyPassword") or None,
            agent_socket=text(given, "agentSocketPath") or os.environ.get("SSH_AUTH_SOCK", ""),
            dial_error_limit=number(given, "dialErrorLimit"),
            per_dial_timeout=number(given, "perDialTimeout"),
        )

    def methods(self) -> list[str]:
        """Return the ways of authentication that this login offers."""
        methods = ["publickey"] if self.private_key or self.agent_socket else []
        return [*methods, "password"] if self.password else methods


async def dial(
    connection: Properties, *, log: Log, cancelled: asyncio.Event
) -> asyncssh.SSHClientConnection:
    """Log in, over the proxy if there is one; the caller closes the connection.

    Raises:
        CommandError: a key cannot be read, or every attempt failed.
    """
    login = Login.parsed(connection)
    keys = await _keys(login)
    tunnel = None
    if members(connection.get("proxy")):
        proxy = Login.parsed(members(connection.get("proxy")))
        proxy_keys = await _keys(proxy)
        attempt = Attempts(login=proxy, what="Dial proxy", log=log, cancelled=cancelled)
        tunnel = await attempt.until_success(lambda: _connect(proxy, proxy_keys, None))
    attempt = Attempts(login=login, what="Dial", log=log, cancelled=cancelled)
    return await attempt.until_success(lambda: _connect(login, keys, tunnel))


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Tries again after growing pauses, ``dial_error_limit`` times; -1 is without a limit."""

    login: Login
    what: str
    log: Log
    cancelled: asyncio.Event

    async def until_success(self, action: Callable[[], Awaitable[T]]) -> T:
        """Return what ``action`` returns when it succeeds.

        Raises:
            CommandError: the limit is reached (with the last failure), or Pulumi was interrupted.
        """
        limit = self.login.dial_error_limit
        pause = FIRST_PAUSE_SECONDS
        failed = 0
        while True:
            try:
                return await action()
            except (TimeoutError, OSError, asyncssh.Error) as error:
                failed += 1
                if limit > -1 and failed > limit:
                    message = f"after {limit} failed attempts: {self._why(error)}"
                    raise CommandError(message) from error
            shown = "inf" if limit == -1 else limit
            await self.log.status(f"{self.what} {failed}/{shown} failed: retrying")
            await self._rest(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)

    def _why(self, error: BaseException) -> str:
        login = self.login
        return dial_failure(error, host=login.host, port=login.port, methods=login.methods())

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.cancelled.wait(), seconds)
        except TimeoutError:
            return
        raise CommandError("context canceled")


async def _connect(
    login: Login,
    keys: list[asyncssh.SSHKeyPair | asyncssh.SSHKey],
    tunnel: asyncssh.SSHClientConnection | None,
) -> asyncssh.SSHClientConnection:
    # config=None: the operator's ~/.ssh/config must not decide where a program connects to.
    return await asyncssh.connect(
        login.host,
        login.port,
        tunnel=tunnel or (),
        config=None,
        username=login.user,
        client_keys=keys or None,
        agent_path=None,
        password=login.password,
        known_hosts=_known_hosts(login),
        connect_timeout=login.per_dial_timeout or None,
        login_timeout=0,
    )


def _known_hosts(login: Login) -> HostKeys | None:
    """Return the one host key to accept; without one, as officially, accept any."""
    if not login.host_key:
        return None
    try:
        return [asyncssh.import_public_key(login.host_key)], [], []
    except asyncssh.KeyImportError as error:
        raise CommandError("ssh: no key found") from error


async def _keys(login: Login) -> list[asyncssh.SSHKeyPair | asyncssh.SSHKey]:
    keys: list[asyncssh.SSHKeyPair | asyncssh.SSHKey] = []
    if login.private_key:
        try:
            keys.append(asyncssh.import_private_key(login.private_key, login.private_key_password))
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            why = key_failure(error, passphrase=login.private_key_password)
            raise CommandError(why) from None
    if login.agent_socket:
        try:
            agent = await asyncssh.connect_agent(login.agent_socket)
            keys.extend(await agent.get_keys())
        except OSError as error:
            why = os.strerror(error.errno or 0).lower()
            raise CommandError(f"dial unix {login.agent_socket}: connect: {why}") from error
    return keys
