"""The stack's file as text, what is wrong with it, and what is typed after it is written."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

from mail import address, finding, template
from mail.alias import routes
from mail.finding import Finding
from mail.spf import publish
from settings import stack_file
from settings.check import check_config
from settings.rules.new_stack import FORWARD_ELSEWHERE, STACK_NAME
from tools.new_stack.question import Answers, Question, one, unknown
from tools.new_stack.questions import QUESTIONS

_FOLDER = "tools/new_stack"
_STACK_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
# What every YAML reader, Pulumi's own included, takes as the same text without quotes.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./@+=-]*( [A-Za-z0-9_./@+=-]+)*")


def name(answers: Answers) -> str:
    """Return the stack's name: as told, else the domain's, else the server's."""
    told = one(answers, "stack")
    return told or _dns_name(one(answers, "domain") or one(answers, "host_name"))


def _dns_name(text: str) -> str:
    # What is not a name stays as it was typed, for the rules to say why.
    try:
        return address.domain(text)
    except address.AddressError:
        return text


def render(answers: Answers) -> str:
    """Return the text of the file; an answer that is missing is left empty."""
    values = {each.name: list(answers.get(each.name, ())) for each in QUESTIONS}
    year = datetime.now(UTC).year
    return template.render(
        f"{_FOLDER}/stack.yaml.j2", answers=values, stack=name(answers), year=year, **_YAML
    )


def next_steps(answers: Answers, *, is_ready: bool) -> str:
    """Return the commands that come next, as they are typed.

    Args:
        answers: all of them.
        is_ready: whether Pulumi has the stack and its secrets.
    """
    values = {each.name: one(answers, each.name) for each in QUESTIONS}
    stack = name(answers)
    named = "" if is_ready and stack_file.own_names() == [stack] else f" STACK={stack}"
    return template.render(
        f"{_FOLDER}/next_steps.txt.j2", stack=stack, named=named, is_ready=is_ready, **values
    )


def problems(answers: Answers) -> list[Finding]:
    """Return what `pulumi preview` would refuse, and what a new stack should not begin with."""
    values = yaml.safe_load(render(answers))["config"]
    checked = check_config(values, name=name(answers))
    nowhere = list(_nowhere_problems(answers))
    # Where the mail is forwarded to the domain itself, the circle of aliases follows from that.
    errors = [
        one for one in finding.errors(checked.findings) if not nowhere or one.id != routes.LOOP.id
    ]
    return [*name_problems(answers), *nowhere, *errors]


def path(answers: Answers) -> Path:
    """Return where the file goes."""
    return stack_file.path(name(answers))


def is_there(answers: Answers) -> bool:
    """Return whether the stack that the answers name has a file."""
    return bool(name(answers)) and not name_problems(answers) and path(answers).exists()


def write(answers: Answers) -> Path:
    """Write the file and return its place.

    Raises:
        FileExistsError: there is one already; it was not touched.
    """
    file = path(answers)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(render(answers))
    return file


def name_problems(answers: Answers) -> list[Finding]:
    """Return why the stack cannot have its name."""
    stack = name(answers)
    if _STACK_NAME.fullmatch(stack):
        return []
    return [STACK_NAME.found("stack", reason=f"{stack!r} is not a name that a stack can have")]


def address_problems(said: str) -> list[Finding]:
    """Return what keeps ``said`` from being an e-mail address."""
    return address.check_mailbox(said, "")


def wrong_in(question: Question, answers: Answers) -> list[Finding]:
    """Return what the program would refuse in one answer, whatever the missing ones will be."""
    trial = dict(answers)
    for other in unknown(QUESTIONS, trial):
        default = other.default(trial) or other.sample
        trial[other.name] = other.split(default)
    return [each for each in problems(trial) if question.about(each.key)]


def host_name(answers: Answers) -> str:
    """Return the server's name, as told or as it will be; empty for another stack's server."""
    if one(answers, "host_stack"):
        return ""
    told = one(answers, "host_name") or f"smtp.{one(answers, 'domain')}"
    return _dns_name(told)


def own_include(answers: Answers) -> str:
    """Return the name of the server's own SPF record, which needs no include of its own."""
    return publish.record_name(host_name(answers).partition(".")[2])


def _nowhere_problems(answers: Answers) -> Iterator[Finding]:
    """Yield a finding for each address that mail is forwarded to, and that is the domain's own."""
    domain = _dns_name(one(answers, "domain"))
    keys = {"email": "acme.email", "forward_to": "domains[0].aliases"}
    seen: set[str] = set()
    for name, key in keys.items():
        told = one(answers, name)
        # Where the domain's mail goes on to another provider, its mailboxes are there.
        elsewhere = name == "email" and one(answers, "mx") == "keep"
        if not told or elsewhere or told in seen or _dns_name(told.rpartition("@")[2]) != domain:
            continue
        seen.add(told)
        reason = f"{told} is an address of {domain} itself, and the server keeps no mailboxes"
        yield FORWARD_ELSEWHERE.found(key, reason=reason)


def _text(value: str) -> str:
    """Return ``value`` as YAML reads it back: plain where it cannot be taken for anything else."""
    if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: str) -> str:
    return value if re.fullmatch(r"[1-9][0-9]*", value) else _quoted(value)


def _list(values: list[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _map(values: list[str]) -> str:
    pairs = [value.partition(":")[::2] for value in values]
    return "{" + ", ".join(f"{_text(key.strip())}: {_text(to.strip())}" for key, to in pairs) + "}"


_YAML: Mapping[str, object] = {
    "text": _text,
    "quoted": _quoted,
    "number": _number,
    "flow_list": _list,
    "flow_map": _map,
}
