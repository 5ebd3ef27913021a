"""A mail account's password as a resource: given or generated once, hashed here.

The host gets only the hash. The salt is drawn once per password, so that a second ``up`` writes
the same users file. The module must keep its path (see `components.resources`).
"""

import base64
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from mail import password
from mail.password import Scrypt

Properties = dict[str, Any]


class AccountProvider(ResourceProvider):
    """Generates the password if none is given, and hashes it."""

    serialize_as_secret_always = False  # it holds no value

    def create(self, props: Properties) -> CreateResult:
        """Take or generate the password, and hash it."""
        return CreateResult(id_=props["address"], outs=_hashed(props))

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Hash the new password with a new salt."""
        return UpdateResult(outs=_hashed(news))

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare the given password; a generated one stays as long as none is given."""
        replaces = ["address"] if olds.get("address") != news.get("address") else []
        changed = olds.get("given") != news.get("given")
        return DiffResult(changes=bool(replaces) or changed, replaces=replaces)


def _hashed(props: Properties) -> Properties:
    plain = props.get("given") or password.generate()
    hashed = password.scrypt(plain, password.new_salt())
    return {
        **props,
        "password": plain,
        "salt": base64.b64encode(hashed.salt).decode(),
        "hash": base64.b64encode(hashed.encrypted).decode(),
    }


class Account(Resource, module="tapal", name="Account"):
    """One account: its password (a secret) and the hash that goes to the host.

    Attributes:
        password: the plain password, a secret.
        salt: base64 of the salt.
        hash: base64 of scrypt's result, a secret.
    """

    password: pulumi.Output[str]
    salt: pulumi.Output[str]
    hash: pulumi.Output[str]

    def __init__(
        self,
        *,
        address: str,
        given: pulumi.Output[str] | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the account ``address``; without ``given`` its password is generated."""
        properties: dict[str, Any] = {
            "address": address,
            "given": given,
            "password": None,
            "salt": None,
            "hash": None,
        }
        secret = pulumi.ResourceOptions(
            additional_secret_outputs=["given", "password", "salt", "hash"]
        )
        super().__init__(
            AccountProvider(),
            f"account: {address}",
            properties,
            pulumi.ResourceOptions.merge(opts, secret),
        )

    def scrypt(self) -> pulumi.Output[Scrypt]:
        """Return the hash as `mail.chasquid.files` wants it."""
        return pulumi.Output.all(self.salt, self.hash).apply(
            lambda both: Scrypt(
                log_n=password.LOG_N,
                r=password.BLOCK_SIZE,
                p=password.PARALLEL,
                key_length=password.KEY_LENGTH,
                salt=base64.b64decode(both[0]),
                encrypted=base64.b64decode(both[1]),
            )
        )
