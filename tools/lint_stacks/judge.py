"""Findings about each stack's file, and about all of them together."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mail import dkim, ip
from mail.finding import Finding
from mail.resolve import UNANSWERED, Resolve, UnansweredError
from settings import recommendations, stack_file
from settings.check import Checked, check_config, check_file, ordered
from settings.rules import host as host_rules
from settings.rules import ignore
from settings.rules import ssh as ssh_rules
from settings.rules.project import DOMAIN_IN_TWO_STACKS, HOST_IN_TWO_STACKS
from settings.settings import Settings
from settings.shown import named
from settings.stack_file import StackFileError
from tools.lint_stacks.history import History, Says

TEMPLATE = "example.com"
"""The stack whose file describes every key, to be copied: its placeholders belong there."""

PLACEHOLDERS = (
    ssh_rules.HOST_KEY_EXAMPLE.id,
    host_rules.ACME_EMAIL_EXAMPLE.id,
    ip.DOCUMENTATION.id,
)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One file and the findings about it.

    Attributes:
        file: the stack's file.
        findings: in the order of the settings.
        ignored: warnings that the stack ignores, each with its reason; not among the findings.
        placeholders: keys of a template's placeholders, which are left out of the findings.
    """

    file: Path
    findings: list[Finding]
    ignored: tuple[tuple[Finding, str], ...] = ()
    placeholders: tuple[str, ...] = ()


def judge(files: Sequence[Path], now: dt.datetime, resolve: Resolve | None = None) -> list[Judged]:
    """Return the findings about each of ``files``.

    Args:
        files: stacks' files.
        now: the time of day, for ages.
        resolve: how to ask the DNS for published keys; None asks nothing.
    """
    together = dict(_together(files))
    judged = []
    for file in files:
        checked = check_file(file)
        findings = [*_alone(file, checked, now, resolve), *together.get(file.resolve(), [])]
        settings = checked.readable.settings
        judged.append(_judged(file, named(ordered(findings), settings.domains), settings.ignore))
    return judged


def _judged(file: Path, findings: list[Finding], reasons: Mapping[str, str]) -> Judged:
    placeholders = [one for one in findings if _is_template(file) and one.id in PLACEHOLDERS]
    rest = [one for one in findings if one not in placeholders]
    return Judged(
        file=file,
        findings=ignore.shown(rest, reasons),
        ignored=tuple((one, reasons[one.id]) for one in rest if ignore.is_ignored(one, reasons)),
        placeholders=tuple(dict.fromkeys(one.key for one in placeholders)),
    )


def _is_template(file: Path) -> bool:
    return stack_file.name(file) == TEMPLATE


def _alone(
    file: Path, checked: Checked, now: dt.datetime, resolve: Resolve | None
) -> Iterator[Finding]:
    yield from checked.findings
    settings = checked.readable.settings
    found = list(recommendations.check(settings, now.year))
    if not _is_template(file):
        found += _ages(settings, History(file, now))
        found += _published(settings, resolve) if resolve else []
    yield from checked.readable.root_causes(found)


def _ages(settings: Settings, history: History) -> Iterator[Finding]:
    for index, domain in enumerate(settings.domains):
        if domain.dmarc.policy == "none":
            age = history.age(_says(domain.name, "policy"))
            yield from recommendations.check_none(age, f"domains[{index}].dmarc.policy")
        if domain.spf.all == "softfail":
            age = history.age(_says(domain.name, "all"))
            yield from recommendations.check_softfail(age, f"domains[{index}].spf.all")


def _says(domain: str, what: str) -> Says:
    """Return a test whether a text of the file has for ``domain`` what it has at present."""
    wanted = {"policy": "none", "all": "softfail"}[what]

    def says(text: str) -> bool:
        try:
            found = check_config(stack_file.parse(text).config).readable
        except StackFileError:
            return False
        words = [
            {"policy": one.dmarc.policy, "all": one.spf.all}[what]
            for one in found.settings.domains
            if one.name == domain
        ]
        return words == [wanted]

    return says


def _published(settings: Settings, resolve: Resolve) -> Iterator[Finding]:
    for index, domain in enumerate(settings.domains):
        for at, key in enumerate(domain.dkim):
            name = dkim.record_name(key.selector, domain.name)
            place = f"domains[{index}].dkim[{at}].selector"
            try:
                found = resolve(name, "TXT")
            except UnansweredError as error:
                reason = f"whether {name} holds a strong key is not known: {error}"
                cure = "try again where the DNS can be asked"
                yield UNANSWERED.found(place, reason=reason, cure=cure)
            else:
                yield from recommendations.check_published_key(found, name, place)


def _together(files: Sequence[Path]) -> Iterator[tuple[Path, list[Finding]]]:
    """Yield for each file what it has that another stack of the project has as well.

    It is reported at the later of both, and only at files that are asked for.
    """
    domains: dict[str, str] = {}
    hosts: dict[str, str] = {}
    asked = [file.resolve() for file in files]
    others = [stack_file.path(stack).resolve() for stack in stack_file.names()]
    for file in [*(one for one in others if one not in asked), *asked]:
        if not _is_template(file):
            readable = check_file(file).readable
            stack = stack_file.name(file) or file.name
            found = _beside(readable.settings, stack, domains, hosts)
            yield file, readable.root_causes(found)


def _beside(
    settings: Settings, stack: str, domains: dict[str, str], hosts: dict[str, str]
) -> Iterator[Finding]:
    """Yield what ``stack`` has that another one has as well; add the rest to both mappings."""
    for index, domain in enumerate(settings.domains):
        other = domains.setdefault(domain.name, stack)
        if other != stack:
            reason = f"{domain.name} is in the stack {other} as well, and belongs to one alone"
            key = f"domains[{index}].name"
            yield DOMAIN_IN_TWO_STACKS.found(key, reason=reason)
    if settings.host is not None:
        other = hosts.setdefault(settings.host.name, stack)
        if other != stack:
            reason = f"{settings.host.name} is the host of the stack {other} as well"
            cure = f"write hostStack: {other} instead of host"
            yield HOST_IN_TWO_STACKS.found("host.name", reason=reason, cure=cure)
