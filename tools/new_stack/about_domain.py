"""Questions about the domain, and what the DNS answers in the person's place."""

from collections.abc import Sequence
from dataclasses import replace

from mail import address
from mail.lookup import Resolver
from settings.rules.new_stack import WHOLE_ADDRESS
from tools.new_stack import page, present_dns
from tools.new_stack.draft import Draft
from tools.new_stack.page import wrong_in
from tools.new_stack.present_dns import PresentDns
from tools.new_stack.questions import BY_NAME
from tools.new_stack.terminal import Terminal

ACCOUNT = "post"
SECONDS = 10.0  # for all questions to the DNS
THERE, HERE = "there", "here"


class StackExistsError(Exception):
    """The answers name a stack whose file is there already: its name is the text."""


def ask_address(draft: Draft, terminal: Terminal) -> Draft:
    """Ask for the address to send from, which says the domain and its first account."""
    if not draft.has("domain") and not draft.has("host_name"):
        draft = _asked_address(draft, terminal)
    if page.is_there(draft.answers):
        raise StackExistsError(page.name(draft.answers))
    return draft


def _asked_address(draft: Draft, terminal: Terminal) -> Draft:
    while True:
        said = terminal.ask(
            "Which e-mail address do you want to send from?",
            "Such as hello@example.com. What follows the @ is your domain; what stands",
            "before it is a name of your choice.",
        )
        name, _, domain = said.rpartition("@")
        trial = draft.answered(domain=(domain,))
        if not draft.has("account"):
            trial = trial.answered(account=(name or ACCOUNT,))
        wrong = page.address_problems(said) if name or not domain else []
        wrong = wrong or wrong_in(BY_NAME["domain"], trial.answers)
        wrong = wrong or wrong_in(BY_NAME["account"], trial.answers)
        if not said:
            wrong = [WHOLE_ADDRESS.found("", reason="an address is needed")]
        if not wrong:
            return trial
        terminal.wrong(wrong[:1])


def look_up(draft: Draft, terminal: Terminal) -> Draft:
    """Find out what the DNS says of the domain's mail now, and let the file say so too."""
    domain = draft.one("domain")
    if not domain:
        return draft
    with terminal.working(f"Looking {domain} up in the DNS"):
        found = present_dns.look(address.domain(domain), Resolver(budget=SECONDS))
    for line in _told(found, domain):
        terminal.show(line)
    draft = replace(draft, dns=found)
    if found.zone and found.zone != address.domain(domain):
        draft = draft.unless_answered(zone=(found.zone,))
    own = page.own_include(draft.answers)
    others = tuple(one for one in found.includes if one != own)
    if others:
        draft = draft.unless_answered(include=others)
    choices = {"spf: merge": found.spf and others, "dmarc: keep": found.dmarc}
    kept = tuple(choice for choice, is_needed in choices.items() if is_needed)
    return draft.unless_answered(existing=kept) if kept else draft


def _told(found: PresentDns, domain: str) -> Sequence[str]:
    if found.unanswered:
        return [f"  · the DNS was not asked about {domain}: {found.unanswered}"]
    if not found.zone:
        return [f"  · the DNS does not know {domain} yet: is it spelt right, and registered?"]
    where = "Cloudflare" if found.is_at_cloudflare else ", ".join(found.name_servers[:2])
    lines = [f"  · {domain} is in the zone {found.zone}, at {where}"]
    if found.mx:
        lines.append(f"  · its mail comes in at {', '.join(found.mx)}")
    if found.includes:
        lines.append(f"  · others send for it (SPF), and may go on: {', '.join(found.includes)}")
    if found.dmarc:
        lines.append(f"  · it has a DMARC record, which stays: {found.dmarc}")
    return lines


def ask_mx(draft: Draft, terminal: Terminal) -> Draft:
    """Ask where the domain's mail is to come in, if it comes in somewhere already."""
    present = draft.dns.mx if draft.dns else ()
    elsewhere = [one for one in present if one != page.host_name(draft.answers)]
    if not draft.one("domain") or not elsewhere:
        return draft
    if not draft.has("mx"):
        draft = draft.answered(mx=(_asked_mx(draft.one("domain"), elsewhere, terminal),))
    if draft.one("mx") == "keep":
        return draft.unless_answered(mx_host=(elsewhere[0],))
    existing = (*draft.answers.get("existing", ()), "mx: replace")
    return draft.answered(existing=tuple(dict.fromkeys(existing)))


def _asked_mx(domain: str, elsewhere: Sequence[str], terminal: Terminal) -> str:
    shown = f"{elsewhere[0]}{', …' if len(elsewhere) > 1 else ''}"
    while True:
        said = terminal.ask(
            f"Is mail to {domain} to come to another provider, as now, or here?",
            f"Now it comes in at {shown}",
            f"{THERE}: mailboxes that you have at that provider go on as they are.",
            f"{HERE}:  this server takes it and forwards it to your address elsewhere.",
            default=THERE,
        )
        if said.lower() in (THERE, HERE):
            return "keep" if said.lower() == THERE else "host"
        terminal.show(f"  ✗ {said!r} is not one of the two\n    cure: type {THERE} or {HERE}")
