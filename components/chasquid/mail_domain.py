"""A mail domain on the host: its folder, signing keys, accounts and aliases."""

from dataclasses import dataclass

import pulumi

from components.chasquid.chasquid_service import ChasquidService
from components.component import Component
from components.dns.dkim_keys import DkimKeys
from components.load import Stack
from components.plan import DomainPlan
from components.resources.account import Account
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from mail import dkim, gate_policy
from mail.alias import entry
from mail.chasquid import files as chasquid_files
from mail.password import Scrypt

PRIVATE_MODE = "0640"
PRIVATE_OWNER = f"root:{chasquid_files.GROUP}"


@dataclass(frozen=True, kw_only=True)
class MailDomainArgs:
    """What a domain is made from.

    Attributes:
        plan: its entry in the stack's file.
        keys: its keys; the active ones sign.
        stack: gives the passwords.
        chasquid: the server that it is on.
    """

    plan: DomainPlan
    keys: DkimKeys
    stack: Stack
    chasquid: ChasquidService


class MailDomain(Component):
    """One domain that the server sends for.

    Attributes:
        passwords: each account's address and password, a secret.
        revisions: of what chasquid reads anew only when it is told.
    """

    def __init__(
        self, name: str, args: MailDomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:chasquid:MailDomain", name, None, opts)
        self._args = args
        folder = args.chasquid.domain_folder(args.plan.name, self.child())
        # Whatever else is there of the domain goes before the gate forgets it.
        self._folder = self._gate_file(folder)
        keys = self._key_files()
        self.passwords: dict[str, pulumi.Output[str]] = {}
        users = self._user_file()
        self._alias_file()
        # Aliases are looked up for each mail; a users file that appears needs a restart.
        self.revisions: list[pulumi.Input[str]] = [folder.revision, users.revision]
        if keys is not None:
            self.revisions.append(keys.revision)
        self.register_outputs({"domain": args.plan.name})

    def _gate_file(self, folder: pulumi.Resource) -> HostFile:
        return HostFile(
            path=gate_policy.domain_path(self._args.plan.name),
            content=self._args.plan.gate,
            opts=self.child(folder),
        )

    def _key_files(self) -> HostFolder | None:
        if not self._args.keys.signing:
            return None
        files: dict[str, pulumi.Input[str]] = {
            dkim.file_name(key.selector): pulumi.Output.secret(key.private_pem)
            for key in self._args.keys.signing
        }
        return HostFolder(
            f"mail: DKIM keys of {self._args.plan.name}",
            path=chasquid_files.domain_directory(self._args.plan.name),
            files=files,
            mode=PRIVATE_MODE,
            owner=PRIVATE_OWNER,
            opts=self.child(self._folder, self._args.keys.served),
        )

    def _user_file(self) -> HostFile:
        hashes: dict[str, pulumi.Output[Scrypt]] = {}
        for account in self._args.plan.settings.accounts:
            address = f"{account}@{self._args.plan.name}"
            resource = Account(
                address=address,
                given=self._args.stack.passwords(address),
                opts=self.child(),
            )
            self.passwords[address] = resource.password
            hashes[account] = resource.scrypt()
        # Of no accounts `Output.all` makes a list, hence `dict`.
        content = pulumi.Output.all(**hashes).apply(lambda all_: chasquid_files.users(dict(all_)))
        return HostFile(
            path=chasquid_files.users_path(self._args.plan.name),
            content=pulumi.Output.secret(content),
            mode=PRIVATE_MODE,
            owner=PRIVATE_OWNER,
            opts=self.child(self._folder),
        )

    def _alias_file(self) -> HostFile:
        domain = self._args.plan.settings
        return HostFile(
            path=chasquid_files.aliases_path(domain.name),
            content=chasquid_files.aliases(entry.expand(domain.addresses())),
            opts=self.child(self._folder),
        )
