"""Who holds a server's ports, what our firewall would close, and whether mail can leave."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from facts.sockets import Listener, Program
from facts.survey import Attempt, Survey
from mail import ports
from mail.finding import Finding, Level
from mail.ports import Port
from settings.rules import server as rules
from settings.settings import Host

NEEDED = (ports.SMTP, ports.HTTP, ports.SUBMISSIONS, ports.SUBMISSION)
OPEN_PORTS = "host.openPorts"
# What a system listens on for itself, and does without: DHCP's answers are let in, those to NTP
# come in a connection of the server's own, and nobody asks a mail server by mDNS or LLMNR.
HARMLESS = {
    ("udp", 68), ("udp", 546), ("udp", 123), ("udp", 5353), ("udp", 5355), ("tcp", 5355),
}  # fmt: skip
_OURS = ("chasquid", "tapal-")
_SSH = ("ssh.", "sshd.")

Group = tuple[Program | None, list[Port]]


def check(survey: Survey, host: Host, ssh_port: int) -> Iterator[Finding]:
    """Yield what is wrong with the server's ports, or worth knowing.

    Args:
        survey: what the server says of itself.
        host: what the stack says of it.
        ssh_port: the port by which the program logs in.
    """
    foreign = [one for one in survey.listeners if not _is_ours(one)]
    yield from _taken(foreign)
    for name in survey.firewalls:
        stop = "ufw disable" if name == "ufw" else f"systemctl disable --now {name}"
        cure = f"on the server: {stop}; `up` brings a firewall, and what else shall stay open goes "
        cure += f"into openPorts under tapal:{OPEN_PORTS.partition('.')[0]}"
        yield rules.FIREWALL.found("host", reason=f"{name} is at work on the server", cure=cure)
    opened = set(ports.entering(host.open_ports, ssh_port))
    yield from _closed(foreign, opened, survey.ephemeral)
    for family, key in ((4, "host.ipv4"), (6, "host.ipv6")):
        if family == 4 or host.ipv6:
            yield from _outbound([one for one in survey.attempts if one.family == family], key)


def _is_ours(listener: Listener) -> bool:
    program = listener.program
    return program is not None and any(
        name.startswith(_OURS) for name in (program.name, program.unit, program.socket)
    )


def _taken(listeners: Iterable[Listener]) -> Iterator[Finding]:
    # One on the loopback counts: ours listen on all addresses at once.
    held = [one for one in listeners if one.protocol == ports.TCP and one.port in NEEDED]
    for program, found in _grouped(held):
        numbers = [str(port) for _, port in found]
        reason = f"{_shown(program)} holds {_ports(numbers)} of the server"
        yield rules.PORT_TAKEN.found("host", reason=reason, cure=_stop(program, found))


def _closed(
    listeners: Iterable[Listener], opened: set[Port], ephemeral: tuple[int, int]
) -> Iterator[Finding]:
    needed = {(ports.TCP, port) for port in NEEDED}
    others = [
        one
        for one in listeners
        if not one.is_local and (one.protocol, one.port) not in opened | needed | HARMLESS
    ]
    for program, found in _grouped(others):
        texts = [f"{port}/{protocol}" for protocol, port in found]
        reason = f"{_shown(program)} listens on {', '.join(texts)}, which the firewall would close"
        cure = f"to keep it: openPorts: [{', '.join(texts)}] under tapal:host; else: "
        if program and (program.socket or program.unit).startswith(_SSH):
            cure = cure.partition(";")[0] + ", or port: there under ssh"
        else:
            cure += _stop(program, found)
        # Of UDP there is no word for who only asks, by a port that the kernel chose.
        asks = program and all(
            protocol == ports.UDP and ephemeral[0] <= port <= ephemeral[1]
            for protocol, port in found
        )
        level: Level = "warning" if asks else "error"
        yield rules.LISTENER.found(OPEN_PORTS, reason=reason, cure=cure, level=level)


def _grouped(listeners: Iterable[Listener]) -> list[Group]:
    """Return the ports by who listens, each once and sorted; a service is one, whoever runs."""
    who: dict[object, Program | None] = {}
    found: dict[object, set[Port]] = {}
    for one in listeners:
        program = one.program
        unit = program and (program.socket or program.unit)
        key = (program.name, unit) if program and unit else program
        who.setdefault(key, program)
        found.setdefault(key, set()).add((one.protocol, one.port))
    groups = [(who[key], sorted(held, key=lambda port: port[1])) for key, held in found.items()]
    return sorted(groups, key=lambda group: group[1][0][1])


def _ports(numbers: Sequence[str]) -> str:
    return f"port{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _shown(program: Program | None) -> str:
    if program is None:
        return "a program that only root can see, or the kernel itself,"
    known = [f"pid {program.pid}", program.socket, program.unit]
    known += [f"package {program.package}"] if program.package else []
    return f"{program.name} ({', '.join(filter(None, known))})"


def _stop(program: Program | None, held: Sequence[Port]) -> str:
    """Return how to have a program stop, for good."""
    if program is None:
        return "see who it is, on the server: sudo ss -lntup"
    if program.name == "docker-proxy":
        return "stop the container that publishes it (docker ps), or publish another port"
    units = " ".join(filter(None, (program.socket, program.unit)))
    mail = any(port in ports.SERVED for _, port in held)
    if program.package and (mail or not units):
        return f"on the server: apt-get remove {program.package}"
    if units:
        return f"on the server: systemctl disable --now {units}"
    if program.name == "systemd":
        return "see which unit it is, on the server: systemctl list-sockets"
    return f"on the server: kill {program.pid}, and take it out of what starts it"


def _outbound(attempts: Sequence[Attempt], key: str) -> Iterator[Finding]:
    tried = {one.name: one.outcome for one in attempts if one.outcome in _TRIED}
    version = "IPv4" if key.endswith("4") else "IPv6"
    said = ", ".join(f"{name}: {_TRIED[outcome]}" for name, outcome in sorted(tried.items()))
    if "open" in tried.values():
        return
    if len(tried) > 1:
        reason = f"port 25 of other servers cannot be reached over {version} ({said})"
        cure = None if key == "host.ipv4" else f"{rules.OUTBOUND.cure}, or leave ipv6 out"
        yield rules.OUTBOUND.found(key, reason=reason, cure=cure)
    elif tried:
        reason = (
            f"whether port 25 is open over {version} is not known: there was one server to try "
        )
        reason += f"({said})"
        yield rules.OUTBOUND_UNKNOWN.found(key, reason=reason)
    elif version == "IPv4" and attempts:
        reason = "whether port 25 is open is not known: the server finds the address of none of "
        reason += ", ".join(sorted({one.name for one in attempts}))
        yield rules.OUTBOUND_UNKNOWN.found(key, reason=reason)


# Of what was really tried: what came of it.
_TRIED: Mapping[str, str] = {"open": "answers", "silent": "no answer", "refused": "refused"}
