"""A few DNS records in memory, answered to our code and to independent judges alike."""

import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset

from mail import txt


class Zone(dns.resolver.Resolver):
    """A resolver that knows ``{(name, type): [value, …]}`` and nothing else."""

    def __init__(self, records: dict[tuple[str, str], list[str]]) -> None:
        super().__init__(configure=False)
        self.nameservers = ["127.0.0.1"]  # never asked
        self.records = {(name.lower(), kind): values for (name, kind), values in records.items()}
        self.asked: list[tuple[str, str]] = []

    def values(self, name: str, kind: str) -> list[str]:
        """Answer as ``mail.resolve.Resolve`` expects: TXT unquoted, nothing for nothing."""
        self.asked.append((name, kind))
        return self.records.get((name.rstrip(".").lower(), kind), [])

    def txt(self, name: bytes, timeout: float = 5) -> bytes | None:  # noqa: ARG002
        """Answer as dkimpy's ``dnsfunc``."""
        values = self.values(name.decode(), "TXT")
        return values[0].encode() if values else None

    def resolve(
        self, qname: object, rdtype: object = "A", *_: object, **__: object
    ) -> dns.resolver.Answer:
        """Answer as dnspython does."""
        name = dns.name.from_text(str(qname))
        kind = dns.rdatatype.RdataType.make(str(rdtype))
        key = str(name).rstrip(".").lower()
        response = dns.message.make_response(dns.message.make_query(name, kind))
        values = self.records.get((key, kind.name), [])
        if not values and not any(known == key for known, _ in self.records):
            raise dns.resolver.NXDOMAIN(  # type: ignore[no-untyped-call]
                qnames=[name], responses={name: response}
            )
        if not values:
            raise dns.resolver.NoAnswer(response=response)  # type: ignore[no-untyped-call]
        texts = [txt.quote(value) for value in values] if kind.name == "TXT" else values
        response.answer.append(dns.rrset.from_text_list(name, 300, "IN", kind, texts))
        # By way of the wire, because a message finds only those records that it has read itself.
        heard = dns.message.from_wire(response.to_wire())
        assert isinstance(heard, dns.message.QueryMessage)
        return dns.resolver.Answer(name, kind, dns.rdataclass.IN, heard)
