"""What a change is about, in words: the record, the file, the step; its group, and its danger."""

from tools.changes.plan import Plan, Properties, Step

RECORD, HOST_FILE, HOST_FOLDER, DKIM_KEY = "Record", "HostFile", "HostFolder", "DkimKey"
HOST_STEP, ACCOUNT, SERVED = "HostStep", "Account", "DnsPropagation"
PREVIOUS, REMOVED_MX = "PreviousRecords", "RemovedMx"

SERVER, MAIL, DNS, KEYS, OTHER = "Server", "Mail", "DNS", "Keys and accounts", "Other"
GROUPS = (SERVER, MAIL, DNS, KEYS, OTHER)
# By the kind of thing, and if that does not tell, by the component that it belongs to.
_OF_KIND = {
    DKIM_KEY: KEYS,
    ACCOUNT: KEYS,
    RECORD: DNS,
    "DnsRecord": DNS,
    SERVED: DNS,
    PREVIOUS: DNS,
    REMOVED_MX: DNS,
}
_OF_COMPONENT = {"host": SERVER, "chasquid": MAIL, "gate": MAIL, "dns": DNS}
# What kinds end in, how they are called, and what must be known for it.
_TITLES = (
    (RECORD, "{type} {name}", "type"),
    (HOST_FILE, "file {path}", "path"),
    (HOST_FOLDER, "folder {path}", "path"),
    (HOST_STEP, "step: {does}", "does"),
    (DKIM_KEY, "DKIM key {selector} of {domain}", "selector"),
    (ACCOUNT, "account {address}", "address"),
    (SERVED, "wait for {type} {name}", "type"),
)


def kind(step: Step) -> str:
    """Return what sort of thing the step is about, in one word."""
    return step.type.rpartition(":")[2]


def group(step: Step) -> str:
    """Return which of `GROUPS` the step belongs to."""
    parts = step.parent.split(":")  # tapal:ROOM:Component
    room = parts[1] if len(parts) > 1 else ""
    return _OF_KIND.get(kind(step)) or _OF_COMPONENT.get(room, OTHER)


def grouped(plan: Plan) -> dict[str, list[Step]]:
    """Return the steps of each group that has any, in the order in which groups are shown."""
    found = {name: [one for one in plan.steps if group(one) == name] for name in GROUPS}
    return {name: steps for name, steps in found.items() if steps}


def has(step: Step) -> Properties:
    """Return the properties that the step is about: as they will be, or were if it goes."""
    return step.new or step.old


def title(step: Step) -> str:
    """Return what the step is about, as its owner knows it: the record, the path, the address."""
    said = {"name": step.name, "type": "", **has(step)}
    if kind(step) == SERVED:
        said["name"] = ", ".join(served(step))
    for end, words, needed in _TITLES:
        if kind(step).endswith(end) and needed in said:
            return words.format_map(said)
    return f"{kind(step)} {step.name}"


def served(step: Step) -> list[str]:
    """Return the names of the records that a step waits for."""
    values = has(step).get("values")
    return sorted(values) if isinstance(values, dict) else []


def danger(step: Step) -> str:
    """Return what is lost if the step is taken; empty if nothing is.

    Mail is refused for want of a record, and a DKIM key that is gone takes with it the proof of
    every mail still under way (RFC 6376 §6.1.2).
    """
    if step.kind not in ("delete", "replace"):
        return ""
    if kind(step) == DKIM_KEY:
        return "mail that it signed, and is still under way, can no longer be verified"
    if not kind(step).endswith(RECORD):
        return ""
    return "it is gone from the zone" if step.kind == "delete" else "it is taken away and made anew"
