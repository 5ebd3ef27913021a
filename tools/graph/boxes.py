"""A stack's state as boxes: what belongs together, in one of four groups, and what waits for what.

Of each resource only what is named here is taken: no file's text, no key, no password.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mail.printable import printable

Resource = Mapping[str, Any]

GROUPS = ("Server", "Mail", "DNS", "Keys and accounts")
LONGEST = 90  # characters of a record's value: a DKIM key's end tells nobody anything


@dataclass(kw_only=True)
class Box:
    """What is made together.

    Attributes:
        key: the URN of its component, or its own name.
        title: for a person.
        group: one of `GROUPS`.
        lines: what is in it.
        waits_for: keys of boxes.
    """

    key: str
    title: str
    group: str
    lines: list[str] = field(default_factory=list)
    waits_for: set[str] = field(default_factory=set)


_RUNS = "chasquid runs"
_DOMAIN = "tapal:chasquid:MailDomain"
# By a component's type: its group, and its title, in which {} is its domain's name.
_KINDS = {
    "tapal:host:Host": ("Server", "Base system"),
    "tapal:host:Certificate": ("Server", "Certificate"),
    "tapal:chasquid:MailServer": ("Mail", "chasquid"),
    "tapal:gate:MailGate": ("Mail", "Gate and door"),
    "tapal:chasquid:MailService": ("Mail", _RUNS),
    "tapal:chasquid:MailDomain": ("Mail", "{}: mail"),
    "tapal:chasquid:MailShutdown": ("Mail", "Stops first at destroy"),
    "tapal:dns:HostRecords": ("DNS", "Server's records"),
    "tapal:dns:DomainRecords": ("DNS", "{}: records"),
    "tapal:dns:DkimKeys": ("Keys and accounts", "{}: DKIM keys"),
}
_ROOMS = {"host": "Server", "chasquid": "Mail", "gate": "Mail", "dns": "DNS"}
_ACCOUNT = "tapal:Account"


def read(resources: Iterable[Resource]) -> list[Box]:
    """Return the boxes of a state's ``resources``, each after those that it waits for."""
    known = {str(one["urn"]): one for one in resources}
    boxes = {urn: _box(one, known.values()) for urn, one in known.items() if _is_component(one)}
    homes = {urn: _home(one, boxes) for urn, one in known.items()}
    for urn, one in known.items():
        if home := homes[urn]:
            box = boxes.setdefault(home, _accounts(home))
            box.lines += _line(one)
            box.waits_for |= {homes.get(str(each)) or "" for each in one.get("dependencies") or []}
    for box in boxes.values():
        box.waits_for = (box.waits_for & boxes.keys()) - {box.key}
    for box in boxes.values():
        if box.title == _RUNS and any(_DOMAIN in one for one in box.waits_for):
            box.title = "domains are served"
    return _in_order(boxes)


def _is_component(one: Resource) -> bool:
    return str(one["type"]).startswith("tapal:") and not one.get("custom")


def _home(one: Resource, boxes: Mapping[str, Box]) -> str:
    """Return the key of the box that a resource is in; empty for providers and the stack."""
    urn, parent = str(one["urn"]), str(one.get("parent") or "")
    if urn in boxes:
        return urn
    if str(one["type"]).endswith(_ACCOUNT):
        return f"accounts of {str(one.get('id')).rpartition('@')[2]}"
    return parent if parent in boxes else ""


def _box(one: Resource, resources: Iterable[Resource]) -> Box:
    kind, urn = str(one["type"]), str(one["urn"])
    room = kind.split(":")[1]
    group, title = _KINDS.get(kind, (_ROOMS.get(room, "Server"), urn.rpartition("::")[2]))
    children = (each for each in resources if each.get("parent") == urn)
    title = title.format(_domain(children) or urn.rpartition("::")[2].partition("-")[0])
    return Box(key=urn, title=printable(title), group=group)


def _accounts(key: str) -> Box:
    domain = printable(key.removeprefix("accounts of "))
    return Box(key=key, title=f"{domain}: accounts", group="Keys and accounts")


def _domain(children: Iterable[Resource]) -> str:
    for one in children:
        inputs = one.get("inputs") or {}
        if str(one["type"]).endswith(("tapal:DkimKey", "tapal:Account")):
            return str(inputs.get("domain") or str(inputs.get("address")).rpartition("@")[2])
        if inputs.get("type") in ("MX", "TXT"):
            return str(inputs.get("name")).removeprefix("_dmarc.").removeprefix("_spf.")
    return ""


def _line(one: Resource) -> Iterator[str]:
    kind = str(one["type"])
    tell = next((tell for end, tell in _TELL.items() if kind.endswith(end)), None)
    if tell:
        text = printable(tell(one.get("inputs") or {}, str(one.get("id") or "")))
        yield text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


_TELL: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    ":DnsRecord": lambda inputs, _: _record(inputs),
    ":HostFile": lambda inputs, _: str(inputs.get("path")),
    ":HostFolder": lambda inputs, _: f"{inputs.get('path')}/…",
    ":HostStep": lambda inputs, _: f"step: {inputs.get('step')}",
    ":DkimKey": lambda inputs, _: f"{inputs.get('selector')} ({inputs.get('algorithm')})",
    ":Account": lambda _, found: found,
    ":DnsPropagation": lambda _, found: f"waits until the DNS has {found}",
}


def _record(inputs: Mapping[str, Any]) -> str:
    priority = f" {inputs['priority']:.0f}" if inputs.get("priority") is not None else ""
    content = inputs.get("content")
    # A secret in the state is a structure.
    shown = content if isinstance(content, str) else "…"
    return f"{inputs.get('type')} {inputs.get('name')}{priority} {shown}"


def _in_order(boxes: Mapping[str, Box]) -> list[Box]:
    done: dict[str, Box] = {}
    while len(done) < len(boxes):
        ready = [
            one for one in boxes.values() if one.key not in done and one.waits_for <= done.keys()
        ]
        # A state has no circle; a broken one is drawn all the same.
        for one in ready or [next(each for each in boxes.values() if each.key not in done)]:
            done[one.key] = one
    return list(done.values())


def folded(boxes: Sequence[Box], most: int = 1) -> list[Box]:
    """Return ``boxes`` with those of one kind as one, where a stack has more than ``most`` of them.

    Fifty domains are fifty times the same picture, too wide for a phone.
    """
    kinds: dict[tuple[str, str], list[Box]] = {}
    for one in boxes:
        kinds.setdefault((one.group, _kind(one)), []).append(one)
    into = {
        one.key: f"{group}: {kind}"
        for (group, kind), alike in kinds.items() if len(alike) > most for one in alike
    }  # fmt: skip
    merged: dict[str, Box] = {}
    for one in boxes:
        key = into.get(one.key, one.key)
        count = len(kinds[one.group, _kind(one)])
        title = one.title if key == one.key else f"{count} domains{_kind(one)}"
        box = merged.setdefault(key, Box(key=key, title=title, group=one.group))
        box.lines += one.lines
        box.waits_for |= {into.get(each, each) for each in one.waits_for} - {key}
    return _in_order(merged)


def _kind(one: Box) -> str:
    """Return what a box is of a domain, such as ``: records``; else its whole title."""
    _, mark, kind = one.title.rpartition(": ")
    return f"{mark}{kind}"
