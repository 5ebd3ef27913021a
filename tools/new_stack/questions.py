"""What a stack's file needs to know: each is a flag, and some are asked (`conversation`)."""

from tools.new_stack.question import Answers, Question, one

SAMPLE_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHvLG1AWUbn3C8ZmSCbYfFxCkBnN3OZ6iyU8qYTNj3Zn"


def _own_host(answers: Answers) -> bool:
    return not one(answers, "host_stack")


def _has_domain(answers: Answers) -> bool:
    return bool(one(answers, "domain"))


def _has_ipv6(answers: Answers) -> bool:
    return _own_host(answers) and bool(one(answers, "ipv6"))


def _has_gateway(answers: Answers) -> bool:
    return _has_ipv6(answers) and bool(one(answers, "ipv6_gateway"))


def _comes_in_elsewhere(answers: Answers) -> bool:
    return _has_domain(answers) and one(answers, "mx") == "keep"


def _forwards(answers: Answers) -> bool:
    return _has_domain(answers) and not _comes_in_elsewhere(answers)


def _smtp(answers: Answers) -> str:
    domain = one(answers, "domain")
    return f"smtp.{domain}" if domain else ""


def _reports(answers: Answers) -> str:
    return f"dmarc@{one(answers, 'domain')}"


QUESTIONS = (
    Question(
        name="domain",
        key="domains[0].name",
        text="The domain to send mail for (empty: a server alone, domains come later)",
        sample="example.com",
        optional=True,
    ),
    Question(
        name="host_stack",
        key="hostStack",
        text="The stack whose server it uses (empty: a server of its own)",
        applies=_has_domain,
        optional=True,
    ),
    Question(
        name="host_name",
        key="host.name",
        text="The server's name",
        sample="smtp.example.com",
        default=_smtp,
        applies=_own_host,
    ),
    Question(
        name="ipv4",
        key="host.ipv4",
        text="The server's IPv4 address",
        sample="203.0.113.10",
        applies=_own_host,
    ),
    Question(
        name="ipv6",
        key="host.ipv6",
        text="Its IPv6 address (empty: it has none)",
        applies=_own_host,
        optional=True,
    ),
    Question(
        name="ipv6_gateway",
        key="host.ipv6.gateway",
        text="The IPv6 gateway that your provider names (empty: IPv6 works on the server already)",
        applies=_has_ipv6,
        optional=True,
    ),
    Question(
        name="ipv6_prefix",
        key="host.ipv6.prefix",
        text="The IPv6 prefix length that your provider names",
        sample="64",
        default=lambda _: "64",
        applies=_has_gateway,
    ),
    Question(
        name="ssh_user",
        key="host.ssh.user",
        text="The SSH user (any other than root needs sudo without a password)",
        default=lambda _: "root",
        applies=_own_host,
    ),
    Question(
        name="ssh_port",
        key="host.ssh.port",
        text="The SSH port",
        default=lambda _: "22",
        applies=_own_host,
    ),
    Question(
        name="host_key",
        key="host.ssh.hostKey",
        text=(
            "Its SSH host key: the line ssh-ed25519 AAAA…, or its fingerprint SHA256:…, "
            "or scan to fetch it and compare"
        ),
        sample=SAMPLE_KEY,
        applies=_own_host,
    ),
    Question(
        name="email",
        key="acme.email",
        text="Your e-mail address elsewhere, for the certificate authority's warnings",
        sample="me@example.net",
        applies=_own_host,
    ),
    Question(
        name="timezone",
        key="host.timezone",
        text="The server's time zone, such as Asia/Kolkata (default: as the provider set it)",
        applies=_own_host,
        optional=True,
    ),
    Question(
        name="zone",
        key="domains[0].zone",
        text="The DNS zone of the domain, if it is not the domain itself",
        applies=_has_domain,
        optional=True,
    ),
    Question(
        name="mx",
        key="domains[0].mx",
        text="Where mail to the domain comes in: host (this server), or keep (as it is now)",
        sample="host",
        default=lambda _: "host",
        applies=_has_domain,
    ),
    Question(
        name="account",
        key="domains[0].accounts",
        text="Who may send: the names before the @",
        sample="post",
        default=lambda _: "post",
        applies=_has_domain,
        many=True,
    ),
    Question(
        name="forward_to",
        key="domains[0].aliases",
        text="Where mail to the domain is forwarded: your address elsewhere",
        sample="me@example.net",
        default=lambda answers: one(answers, "email"),
        applies=_forwards,
    ),
    Question(
        name="mx_host",
        key="domains[0].aliases",
        text="The mail server where it comes in (as dig +short MX shows it, without the last dot)",
        sample="mx.example.net",
        applies=_comes_in_elsewhere,
    ),
    Question(
        name="include",
        key="domains[0].spf",
        text="Who else sends mail for the domain, such as _spf.google.com (empty: nobody)",
        applies=_has_domain,
        optional=True,
        many=True,
    ),
    Question(
        name="existing",
        key="domains[0].existing",
        text='What becomes of records that the zone holds already, such as "spf: merge"',
        applies=_has_domain,
        optional=True,
        many=True,
    ),
    Question(
        name="dmarc_reports",
        key="domains[0].dmarc",
        text="Where other providers send their daily DMARC reports",
        default=_reports,
        applies=_has_domain,
        many=True,
    ),
)

BY_NAME = {question.name: question for question in QUESTIONS}
