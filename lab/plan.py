"""The lab's names, addresses and zones, stated once and read by everything else.

All addresses are documentation ranges (RFC 5737, RFC 3849) inside network namespaces that the
lab makes itself. 192.0.2.0/24 is left out, as it may be the machine's own, and so are private
ranges, for which rspamd checks neither SPF nor DKIM nor DMARC.
"""

import os
from dataclasses import dataclass

# Several labs can run on one machine ($TAPAL_LAB: 1 to 9; none is 0), alike but for these names.
NUMBER = int(os.environ.get("TAPAL_LAB", "0"))
LAB = f"tapal{NUMBER or ''}"


@dataclass(frozen=True, kw_only=True)
class Address:
    """One name of the lab and its addresses; ``ipv6`` is empty where it has IPv4 alone."""

    name: str
    ipv4: str
    ipv6: str = ""


# Network namespaces. ``net`` is the internet's router, which joins the others.
NETNS_NET = f"{LAB}-net"
NETNS_VPS = f"{LAB}-vps"
NETNS_WORLD = f"{LAB}-world"
NETNS_OPERATOR = f"{LAB}-operator"

# The VPS's provider: gateway as many of them have it, fe80::1 on the link.
VPS = Address(name="smtp.tapal.test", ipv4="203.0.113.10", ipv6="2001:db8:113::10")
VPS_IPV4_PREFIX = 24
VPS_IPV4_GATEWAY = "203.0.113.1"
VPS_IPV6_PREFIX = 64
VPS_IPV6_GATEWAY = "fe80::1"
VPS_IPV6_ROUTER = "2001:db8:113::1"  # the same router, for those who ping it
VPS_PTR_BEFORE = "vmi113010.provider.test"  # what the provider sets until the panel is used

VPS_HOSTNAME = "vmi113010"  # the provider's own name for it
VPS_MAC = "00:50:56:71:30:10"
SUITE = "trixie"  # the Debian that the containers run, if $TAPAL_VPS names no other for the VPS
VPS_SYSTEMS = {"debian13": SUITE, "debian12": "bookworm", "ubuntu": "bookworm"}
UBUNTU_USER, UBUNTU_UID = "ubuntu", 1000  # who logs in there, besides root
VPS_SYSTEM = os.environ.get("TAPAL_VPS") or "debian13"

# The world: one container, many addresses, so that each role has its own.
WORLD_IPV4_GATEWAY = "198.51.100.1"
WORLD_IPV6_GATEWAY = "2001:db8:100::1"
RESOLVER = Address(name="resolver.lab.test", ipv4="198.51.100.2", ipv6="2001:db8:100::2")
CA = Address(name="ca.lab.test", ipv4="198.51.100.14", ipv6="2001:db8:100::14")
RECEIVER = Address(name="mx.receiver.test", ipv4="198.51.100.25", ipv6="2001:db8:100::25")
RECEIVER_V4 = Address(name="mx.v4only.test", ipv4="198.51.100.26")
API = Address(name="api.cloudflare.test", ipv4="198.51.100.43", ipv6="2001:db8:100::43")
NS1 = Address(name="ns1.lab.test", ipv4="198.51.100.53", ipv6="2001:db8:100::53")
NS2 = Address(name="ns2.lab.test", ipv4="198.51.100.54", ipv6="2001:db8:100::54")

WORLD_IPV4_PREFIX = 25
WORLD_IPV6_PREFIX = 64
WORLD = (RESOLVER, CA, RECEIVER, RECEIVER_V4, API, NS1, NS2)

# The hosts of this machine's apt settings, as the lab's nodes see them.
MIRRORS = tuple(f"198.51.100.{last}" for last in range(161, 169))

# From the lab's router to the machine, for packages only.
UPLINK = f"{LAB}-up"  # the machine's end, in its own namespace
UPLINK_INSIDE = f"198.51.100.{253 - 4 * NUMBER}"
UPLINK_MACHINE = f"198.51.100.{254 - 4 * NUMBER}"
UPLINK_PREFIX = 30

# The operator's own machine, where `pulumi` runs.
OPERATOR = Address(name="operator.lab.test", ipv4="198.51.100.130", ipv6="2001:db8:130::2")
OPERATOR_IPV4_PREFIX = 30
OPERATOR_IPV6_PREFIX = 64
OPERATOR_IPV4_GATEWAY = "198.51.100.129"
OPERATOR_IPV6_GATEWAY = "2001:db8:130::1"

ACME_DIRECTORY = f"https://{CA.name}:14000/dir"
API_BASE_URL = f"http://{API.name}/client/v4"
API_TOKEN = "tapal-lab-token-that-opens-nothing-else0"  # noqa: S105 - 40 characters, lab only

# Zones that the lab's Cloudflare account holds (editable through its API) …
CLOUDFLARE_ZONES = ("tapal.test", "second.test", "third.test")
# … and zones that belong to others and never change.
STATIC_ZONES = ("lab.test", "receiver.test", "v4only.test", "provider.test", "cloudflare.test")
REVERSE_ZONES = ("113.0.203.in-addr.arpa", "100.51.198.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa")

MAILBOX = "you@receiver.test"
MAILBOX_V4 = "you@v4only.test"
