"""The world's services: names, certificates, judged mail, Cloudflare's API."""

import re
from email.message import EmailMessage

from lab import plan
from lab.ca import certificates
from lab.cloudflare import seed
from lab.paths import REPOSITORY
from lab.world import receiver
from tests.lab.conftest import OwnLab

SEND = """
import smtplib, ssl, sys
server, recipient, subject, trust = sys.argv[1:]
lines = [f"To: {recipient}", f"Subject: {subject}", "From: i@provider.test",
         "Message-ID: <1@provider.test>", "Date: Tue, 05 May 2026 08:50:00 +0000", "", "Hello"]
with smtplib.SMTP(server, 25, local_hostname="smtp.tapal.test", timeout=20) as smtp:
    smtp.starttls(context=ssl.create_default_context(cadata=trust))
    smtp.sendmail("i@provider.test", [recipient], "\\r\\n".join(lines))
"""


def dig(lab: OwnLab, *words: str) -> str:
    return lab.do("run", "dig", "+tries=1", "+timeout=2", *words)


def test_the_resolver_validates_every_zone(lab: OwnLab) -> None:
    zones = (*plan.STATIC_ZONES, *plan.CLOUDFLARE_ZONES, *plan.REVERSE_ZONES)
    for zone in zones:
        answer = dig(lab, "+dnssec", zone, "SOA")
        assert re.search(r";; flags:[a-z ]* ad[ ;]", answer), answer
        assert "RRSIG" in answer


def test_the_resolver_refuses_what_is_forged(lab: OwnLab) -> None:
    """A zone whose keys are not the anchors is bogus: SERVFAIL, not an answer."""
    lab.do("shell", "world", "sh", "-c",
           "cp /etc/unbound/lab.anchors /tmp/anchors; "
           "sed -i '/^v4only.test/s/ [^ ]*$/ AAAA/' /etc/unbound/lab.anchors; "
           "systemctl restart unbound")  # fmt: skip
    try:
        forged = dig(lab, "v4only.test", "MX")
    finally:
        lab.do("shell", "world", "sh", "-c",
               "cp /tmp/anchors /etc/unbound/lab.anchors; systemctl restart unbound")  # fmt: skip
    assert "SERVFAIL" in forged
    assert "NOERROR" in dig(lab, "v4only.test", "MX")


def test_the_outside_does_not_exist_and_says_so_at_once(lab: OwnLab) -> None:
    for name in ("example.com", "multi.uribl.com", "nowhere.test"):
        assert "NXDOMAIN" in dig(lab, name)


def test_the_operators_machine_uses_it_for_every_name(lab: OwnLab) -> None:
    assert plan.CA.ipv4 in lab.do("run", "getent", "ahostsv4", plan.CA.name)
    assert lab.call("run", "getent", "ahosts", "example.com").returncode != 0


def test_the_panel_sets_names_and_takes_them_away(lab: OwnLab) -> None:
    lab.do("ptr", "set", plan.VPS.ipv6, plan.VPS.name)
    assert lab.do("ptr", "show", plan.VPS.ipv6).split() == [plan.VPS.ipv6, plan.VPS.name]
    assert dig(lab, "+short", "-x", plan.VPS.ipv6).strip() == f"{plan.VPS.name}."
    lab.do("ptr", "unset", plan.VPS.ipv6)
    assert "(no name)" in lab.do("ptr", "show", plan.VPS.ipv6)
    refused = lab.call("ptr", "set", "192.0.2.1", "x.test")
    assert refused.returncode == 1
    assert "none of the lab's" in refused.stderr


def test_cloudflares_zones_hold_foreign_records_in_dns_too(lab: OwnLab) -> None:
    for zone in plan.CLOUDFLARE_ZONES:
        assert len(seed.foreign(zone)) >= 6
        assert "google-site-verification" in dig(lab, "+short", zone, "TXT")
        assert f"5 0 5222 xmpp.{zone}." in dig(lab, "+short", f"_xmpp-client._tcp.{zone}", "SRV")


def test_the_stack_can_name_the_root_that_the_ca_uses(lab: OwnLab) -> None:
    tracked = REPOSITORY / "lab/ca/ca.pem"
    assert tracked.read_text() == certificates.root()
    directory = lab.do("run", "python3", "-m", "lab.ca.fetch", plan.ACME_DIRECTORY, str(tracked))
    assert "newOrder" in directory
    roots = lab.python("from lab.ca import issuer; print(issuer.file().read_text())")
    assert "BEGIN CERTIFICATE" in roots
    handed = lab.do("shell", "world", "cat", "/etc/postfix/issuer.pem")
    assert handed.strip() == roots.strip()


def test_the_receiver_judges_what_arrives(lab: OwnLab) -> None:
    trust = certificates.root()
    lab.python("from lab.world import receiver; receiver.clear()")
    for server, mailbox in (
        (plan.RECEIVER.name, plan.MAILBOX),
        (plan.RECEIVER_V4.name, plan.MAILBOX_V4),
    ):
        lab.do("shell", "vps", "python3", "-c", SEND, server, mailbox, f"to {server}", trust)
        mail = arrived(lab, mailbox, f"to {server}")
        received, verdict = str(mail["Received"]), str(mail["Authentication-Results"])
        assert "TLSv1.3" in received
        assert plan.VPS_PTR_BEFORE in received, "the receiver sees the provider's PTR"
        assert "dkim=none" in verdict
        assert "spf=" in verdict
        assert "default: False" in str(mail["X-Spamd-Result"])


def arrived(lab: OwnLab, mailbox: str, subject: str) -> EmailMessage:
    code = (
        "import sys; from lab.world import receiver\n"
        f"sys.stdout.write(receiver.wait_for({mailbox!r}, {subject!r}, timeout=20).decode())"
    )
    return receiver.parse(lab.python(code).encode())


def test_the_receiver_takes_mail_for_its_own_mailboxes_only(lab: OwnLab) -> None:
    trust = certificates.root()
    for stranger in ("nobody@receiver.test", "i@tapal.test"):
        refused = lab.call(
            "shell", "vps", "python3", "-c", SEND, plan.RECEIVER.name, stranger, "x", trust
        )
        assert refused.returncode != 0
        assert "SMTPRecipientsRefused" in refused.stderr
