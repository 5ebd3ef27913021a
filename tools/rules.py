"""``python -m tools.rules``: writes docs/rules.md, every rule with its source, reason and cure."""

import importlib
import re
from dataclasses import dataclass

from mail.rule import Rule
from settings import registry
from settings.stack_file import PROJECT

PAGE = PROJECT / "docs" / "rules.md"

_RFC = re.compile(r"RFC (?P<number>[0-9]+)(?: §(?P<section>[0-9]+(?:\.[0-9]+)*))?")
_WEB_PAGE = re.compile(r"[a-z.]+\.com/")
_INTRODUCTION = """\
# Rules

Everything that `make lint-stacks`, `make new`, a preview or an update finds names the id of its
rule. This page has all rules: why each one is there, what to do about what it finds, and where it
comes from.

An **error** stops the run before anything is changed; a **warning** is only shown. Where a record
that was there before is kept, or ours is merged into it, the record's own faults are warnings,
whatever the level of the rule. A warning that does not matter for a stack can be
[ignored](stack-files.md#warnings-that-do-not-matter).

`make rules` writes this page.
"""


class UnlistedRuleError(Exception):
    """A rule belongs to no section; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page: the rules of some modules.

    Attributes:
        title: its heading.
        about: one sentence: what the rules have in common.
        modules: where its rules are declared, by the modules' complete names.
    """

    title: str
    about: str
    modules: tuple[str, ...]


SECTIONS = (
    Section(
        title="The stack's file",
        about="What a file must look like, and what shape a stack can have.",
        modules=(
            "settings.stack_file",
            "settings.check",
            "settings.messages",
            "settings.rules.stack",
            "settings.rules.ignore",
            "settings.rules.project",
            "settings.rules.new_stack",
            "settings.rules.other_stacks",
        ),
    ),
    Section(
        title="Secrets and access",
        about="What opens the server and the zone, and the passwords of accounts.",
        modules=(
            "settings.credentials",
            "settings.ssh_target",
            "settings.rules.ssh",
            "settings.given_passwords",
            "mail.password",
        ),
    ),
    Section(
        title="The server",
        about="Its name, addresses and certificate, what runs on it, and chasquid's limits.",
        modules=(
            "settings.rules.host",
            "settings.rules.upkeep",
            "settings.rules.door",
            "mail.ip",
            "mail.rdns",
        ),
    ),
    Section(
        title="Domains, names and addresses",
        about="What names and addresses may look like, and where mail to a domain comes in.",
        modules=("mail.address", "settings.rules.domain", "mail.exchanger"),
    ),
    Section(
        title="Accounts and aliases",
        about="Who sends, as whom, and where mail that comes in is forwarded.",
        modules=(
            "mail.alias.check",
            "mail.alias.entry",
            "mail.alias.routes",
            "settings.rules.send_as",
            "settings.rules.limits",
            "settings.rules.mail_in",
        ),
    ),
    Section(
        title="SPF",
        about="Which servers may send for a domain.",
        modules=("mail.spf.include", "mail.spf.check", "mail.spf.lookups"),
    ),
    Section(title="DKIM", about="The keys that mail is signed with.", modules=("mail.dkim",)),
    Section(
        title="DMARC",
        about="What receivers do with mail that passes neither SPF nor DKIM, and who is told.",
        modules=("mail.dmarc", "mail.dmarc_check"),
    ),
    Section(
        title="What a zone holds",
        about="Records that were there before, and what stands in the way of ours.",
        modules=("mail.zone.findings",),
    ),
    Section(
        title="The server",
        about="What stands in the way on a server before its first `up`, which looks at it.",
        modules=("settings.rules.server",),
    ),
    Section(
        title="What a run would do",
        about="What it would delete, and what keeps it from looking around first.",
        modules=("mail.zone.deletions", "settings.rules.run", "mail.resolve"),
    ),
    Section(
        title="Recommendations",
        about="What works and could be better; `make lint-stacks` alone shows these.",
        modules=("settings.recommendations",),
    ),
    Section(
        title="A mail on its way",
        about="Whether the server took a mail, and what its receiver says; they stop no run.",
        modules=("mail.message.submission", "mail.message.verdict"),
    ),
)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"✓ {PAGE.relative_to(PROJECT)}: {len(registry.rules())} rules")


def page() -> str:
    """Return the text of the page.

    Raises:
        UnlistedRuleError: a rule belongs to no section.
    """
    parts = [_INTRODUCTION]
    for section, rules in grouped().items():
        parts.append(f"## {section.title}\n\n{section.about}\n")
        parts += map(entry, rules)
    return "\n".join(parts)


def grouped() -> dict[Section, list[Rule]]:
    """Return the rules of each section, those of one module together and in its order.

    A rule that several modules have, because one imports it, belongs to the first section of them.

    Raises:
        UnlistedRuleError: a rule belongs to no section.
    """
    remaining = dict(registry.rules())
    found: dict[Section, list[Rule]] = {}
    for section in SECTIONS:
        modules = map(importlib.import_module, section.modules)
        own = dict.fromkeys(rule for one in modules for rule in registry.in_module(one))
        found[section] = [rule for rule in own if remaining.pop(rule.id, None)]
    if remaining:
        listed = ", ".join(remaining)
        raise UnlistedRuleError(f"no section of tools/rules.py has the module of {listed}")
    return found


def entry(rule: Rule) -> str:
    """Return what the page says of ``rule``."""
    facts = {"level": rule.level, "cure": rule.cure, "source": linked(rule.source)}
    listed = "\n".join(f"- {name}: {text}" for name, text in facts.items())
    return f"### {rule.id}\n\n{rule.why}\n\n{listed}\n"


def linked(source: str) -> str:
    """Return ``source`` with a link to each RFC, page of the project or web page in it."""
    if source.startswith("docs/"):
        return f"[{source}]({source.removeprefix('docs/')})"
    if _WEB_PAGE.match(source):
        return f"[{source}](https://{source})"
    return _RFC.sub(_rfc_link, source)


def _rfc_link(match: re.Match[str]) -> str:
    anchor = f"#section-{match['section']}" if match["section"] else ""
    return f"[{match[0]}](https://www.rfc-editor.org/rfc/rfc{match['number']}{anchor})"


if __name__ == "__main__":
    main()
