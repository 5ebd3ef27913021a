"""The stack's file as text, what is wrong with it, and what is typed after it is written."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

from mail import address, finding, template
from mail.alias import routes
from mail.finding import Finding
from settings import stack_file
from settings.check import check_config
from settings.rules.new_stack import FORWARD_ELSEWHERE, STACK_NAME
from tools.new_stack.question import Answers, one
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


def next_steps(answers: Answers) -> str:
    """Return the commands that come next, as they are typed."""
    values = {each.name: one(answers, each.name) for each in QUESTIONS}
    return template.render(f"{_FOLDER}/next_steps.txt.j2", stack=name(answers), **values)


def problems(answers: Answers) -> list[Finding]:
    """Return what `pulumi preview` would refuse, and what a new stack should not begin with."""
    values = yaml.safe_load(render(answers))["config"]
    checked = check_config(values, name=name(answers))
    nowhere = _nowhere_problems(answers)
    # Where the mail is forwarded to the domain itself, the circle of aliases follows from that.
    errors = [
        one for one in finding.errors(checked.findings) if not nowhere or one.id != routes.LOOP.id
    ]
    return [*name_problems(answers), *nowhere, *errors]


def path(answers: Answers) -> Path:
    """Return where the file goes."""
    return stack_file.path(name(answers))


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


def _nowhere_problems(answers: Answers) -> list[Finding]:
    """Return a finding if the domain's mail is forwarded to the domain itself: nobody reads it."""
    told, domain = one(answers, "forward_to"), _dns_name(one(answers, "domain"))
    if not told or _dns_name(told.rpartition("@")[2]) != domain:
        return []
    reason = f"{told} is an address of {domain} itself, and the server keeps no mailboxes"
    return [FORWARD_ELSEWHERE.found("domains[0].aliases", reason=reason)]


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


_YAML: Mapping[str, object] = {
    "text": _text,
    "quoted": _quoted,
    "number": _number,
    "flow_list": _list,
}
