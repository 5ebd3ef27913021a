"""A DKIM key as a resource: made once, a secret of the state, published from the same object.

The host can be lost and rebuilt with the same key, and the TXT record is computed from the very
key that signs. The module must keep its path (see `components.resources`).
"""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

from mail import dkim

Properties = dict[str, Any]


class DkimKeyProvider(ResourceProvider):
    """Generates the key. There is no update: another algorithm is another key."""

    serialize_as_secret_always = False  # it holds no value

    def create(self, props: Properties) -> CreateResult:
        """Generate the key."""
        private = dkim.generate(props["algorithm"])
        outs = {**props, "private_pem": private, "record": dkim.record(private)}
        return CreateResult(id_=f"{props['selector']}._domainkey.{props['domain']}", outs=outs)

    def diff(self, _id: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare selector, domain and algorithm: each change asks for another key."""
        fixed = ("selector", "domain", "algorithm")
        replaces = [key for key in fixed if olds.get(key) != news.get(key)]
        return DiffResult(changes=bool(replaces), replaces=replaces)


class DkimKey(Resource, module="tapal", name="DkimKey"):
    """One DKIM key.

    Attributes:
        private_pem: PKCS#8 PEM, a secret.
        record: the TXT value that publishes its public half (RFC 6376 §3.6.1).
    """

    private_pem: pulumi.Output[str]
    record: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        domain: str,
        selector: str,
        algorithm: str,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the key; see `mail.dkim` for the algorithms."""
        properties: dict[str, Any] = {
            "domain": domain,
            "selector": selector,
            "algorithm": algorithm,
            "private_pem": None,
            "record": None,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private_pem"])
        super().__init__(
            DkimKeyProvider(), name, properties, pulumi.ResourceOptions.merge(opts, secret)
        )
