"""What is to be said of each stack's file, and of all of them together."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mail import dkim
from mail import recommendations as mail_recommendations
from mail.finding import Finding
from mail.resolve import Resolve, UnansweredError
from settings import recommendations, stack_file
from settings.check import check_config, check_file, ordered
from settings.settings import Settings
from settings.stack_file import StackFileError
from tools.lint_stacks.history import History, Says

TEMPLATE = "example.com"
"""The stack whose file describes every key, to be copied: its placeholders belong there."""

PLACEHOLDERS = ("ssh-host-key-example", "acme-email-example", "ip-documentation")
_REPLACED = ("dmarc-none",)  # said with its age instead


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One file and what is to be said of it.

    Attributes:
        file: the stack's file.
        findings: in the order of the settings.
        placeholders: keys of a template's placeholders, which are left out of the findings.
    """

    file: Path
    findings: list[Finding]
    placeholders: tuple[str, ...] = ()


def judge(files: Sequence[Path], now: dt.datetime, resolve: Resolve | None = None) -> list[Judged]:
    """Return what is to be said of each of ``files``.

    Args:
        files: stacks' files.
        now: the time of day, for ages.
        resolve: how to ask the DNS for published keys; None asks nothing.
    """
    together = dict(_together(files))
    return [
        _judged(file, [*_alone(file, now, resolve), *together.get(file.resolve(), [])])
        for file in files
    ]


def _judged(file: Path, findings: list[Finding]) -> Judged:
    in_order = ordered(findings)
    if not _is_template(file):
        return Judged(file=file, findings=in_order)
    left_out = [one for one in in_order if one.id in PLACEHOLDERS]
    keys = tuple(dict.fromkeys(one.key for one in left_out))
    rest = [one for one in in_order if one not in left_out]
    return Judged(file=file, findings=rest, placeholders=keys)


def _is_template(file: Path) -> bool:
    return stack_file.name(file) == TEMPLATE


def _alone(file: Path, now: dt.datetime, resolve: Resolve | None) -> Iterator[Finding]:
    checked = check_file(file)
    yield from (one for one in checked.findings if one.id not in _REPLACED)
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
            yield from mail_recommendations.check_none(age, f"domains[{index}].dmarc.policy")
        if domain.spf.all == "softfail":
            age = history.age(_says(domain.name, "all"))
            yield from mail_recommendations.check_softfail(age, f"domains[{index}].spf.all")


def _says(domain: str, what: str) -> Says:
    """Return whether a text of the file has the present word for ``domain``."""
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
                yield from mail_recommendations.check_published_key(
                    resolve(name, "TXT"), name, place
                )
            except UnansweredError as error:
                yield Finding(
                    id="dns-unanswered",
                    key=place,
                    reason=f"whether {name} holds a strong key is not known: {error}",
                    cure="try again where the DNS can be asked",
                    source="RFC 8301 §3.2",
                    level="warning",
                )


def _together(files: Sequence[Path]) -> Iterator[tuple[Path, list[Finding]]]:
    """Yield what is wrong with ``files`` beside each other and the project's other stacks.

    It is said at the later one, and of the project's stacks only at those that are asked for.
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
    """Yield what of ``stack`` another one has as well, and add the rest to what is taken."""
    for index, domain in enumerate(settings.domains):
        other = domains.setdefault(domain.name, stack)
        if other != stack:
            reason = f"{domain.name} is in the stack {other} as well, and belongs to one alone"
            key = f"domains[{index}].name"
            yield _shared("domain-in-two-stacks", key, reason, "take it out of one of them")
    if settings.host is not None:
        other = hosts.setdefault(settings.host.name, stack)
        if other != stack:
            reason = f"{settings.host.name} is the host of the stack {other} as well"
            cure = f"write hostStack: {other} instead of host"
            yield _shared("host-in-two-stacks", "host.name", reason, cure)


def _shared(rule: str, key: str, reason: str, cure: str) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=stack_file.SOURCE)
