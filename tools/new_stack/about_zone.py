"""Asks for the token of Cloudflare's API, and tries it."""

from dataclasses import replace

from mail import address
from tools.new_stack import cloudflare_token, page
from tools.new_stack.cloudflare_token import TokenError
from tools.new_stack.draft import Draft
from tools.new_stack.terminal import Nobody, Terminal


def ask_token(draft: Draft, terminal: Terminal) -> Draft:
    """Return ``draft`` with a token that opens the domain's zone."""
    while True:
        token = draft.token or terminal.ask(
            "The token for Cloudflare's API",
            f"{cloudflare_token.PAGE} has the way to one, click by click.",
            "Paste it here; it is not shown, and is kept encrypted.",
            hidden=True,
        )
        try:
            with terminal.working("Trying the token"):
                return tried(replace(draft, token=token), terminal)
        except TokenError as error:
            if isinstance(terminal, Nobody):
                raise
            terminal.show(f"  ✗ {error}")
            draft = replace(draft, token="")


def tried(draft: Draft, terminal: Terminal) -> Draft:
    """Return ``draft`` with the zone that its token opens.

    Raises:
        TokenError: it does not open the domain's zone.
    """
    if not draft.token:
        raise TokenError("nothing was pasted")
    opened = cloudflare_token.zones(draft.token)
    domain = address.domain(draft.one("domain") or page.host_name(draft.answers))
    zone = cloudflare_token.check(opened, domain)
    more = f" (of {len(opened)})" if len(opened) > 1 else ""
    terminal.show(f"  ✓ the token opens the zone {zone}{more}, and may change its records")
    return draft.answered(zone=(zone,)) if zone != domain and draft.one("domain") else draft
