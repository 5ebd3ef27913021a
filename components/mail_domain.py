"""A mail domain on the host: its folder, signing keys, accounts and aliases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi

from components import rules
from components.account import Account
from components.dkim_keys import SigningKey
from components.graph import Component
from components.host_file import HostFile
from components.remote import Step
from components.server import Server
from components.settings import Domain
from mail import alias, chasquid
from mail.password import Scrypt

PRIVATE_MODE = "0640"
PRIVATE_OWNER = f"root:{chasquid.GROUP}"


@dataclass(frozen=True, kw_only=True)
class MailDomainArgs:
    """What a domain is made from.

    Attributes:
        settings: its entry in the stack's list.
        keys: the keys that sign for it.
        passwords: gives an address's password, or None where one is to be generated.
        server: what it is on.
    """

    settings: Domain
    keys: Sequence[SigningKey]
    passwords: Callable[[str], pulumi.Output[str] | None]
    server: Server


class MailDomain(Component):
    """One domain that the server sends for.

    Attributes:
        passwords: each account's address and password, a secret.
    """

    def __init__(
        self, name: str, args: MailDomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:mail:MailDomain", name, None, opts)
        self._label = name
        self._args = args
        folder = Step(
            f"{name}-folder",
            "chasquid-domain",
            reach=args.server.start.reach,
            stdin=args.server.start.claim(args.settings.name),
            undo=True,
            opts=self.child(),
        )
        self._folder: pulumi.Resource = folder.resource
        keys = [self._key(key) for key in args.keys]
        self.passwords: dict[str, pulumi.Output[str]] = {}
        users = self._user_file()
        aliases = self._alias_file()
        # A users file that appears needs a restart as well (a new domain); its changes do not.
        revisions = [*(key.revision for key in keys), users.path, folder.stdout]
        files = [*keys, users, aliases]
        args.server.start.start(f"{name}-start", revisions, self.child(args.server.running, *files))
        self.register_outputs({"domain": args.settings.name})

    def _key(self, key: SigningKey) -> HostFile:
        name = f"{self._label}-key-{key.selector}"
        retire = Step(
            f"{name}-retire",
            "chasquid-key",
            reach=self._args.server.start.reach,
            undo=True,
            opts=self.child(self._folder),
        ).resource
        return HostFile(
            name,
            path=chasquid.dkim_path(self._args.settings.name, key.selector),
            content=pulumi.Output.secret(key.private_pem),
            mode=PRIVATE_MODE,
            owner=PRIVATE_OWNER,
            opts=self.child(retire, key.served),
        )

    def _user_file(self) -> HostFile:
        hashes: dict[str, pulumi.Output[Scrypt]] = {}
        for account in self._args.settings.accounts:
            address = f"{account}@{self._args.settings.name}"
            resource = Account(
                f"{self._label}-account-{account}",
                address=address,
                given=self._args.passwords(address),
                opts=self.child(),
            )
            self.passwords[address] = resource.password
            hashes[account] = resource.scrypt()
        # Of no accounts `Output.all` makes a list, hence `dict`.
        content = pulumi.Output.all(**hashes).apply(lambda all_: chasquid.users(dict(all_)))
        return HostFile(
            f"{self._label}-users",
            path=chasquid.users_path(self._args.settings.name),
            content=pulumi.Output.secret(content),
            mode=PRIVATE_MODE,
            owner=PRIVATE_OWNER,
            opts=self.child(self._folder),
        )

    def _alias_file(self) -> HostFile:
        domain = self._args.settings
        return HostFile(
            f"{self._label}-aliases",
            path=chasquid.aliases_path(domain.name),
            content=chasquid.aliases(alias.expand(rules.alias_domain(domain))),
            opts=self.child(self._folder),
        )
