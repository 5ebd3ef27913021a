"""The end of `make new`: Pulumi has its stack and secrets, and a person knows what comes next."""

import os

from tools.new_stack import ceremony, existing, page, server
from tools.new_stack.ceremony import KEY, TOKEN, Ceremony
from tools.new_stack.draft import Draft
from tools.new_stack.terminal import Terminal


def finish(draft: Draft, terminal: Terminal, stack: str, provider: str) -> int:
    """Do what is left to do for ``stack``, tell each step, and return the exit status.

    Raises:
        CeremonyError: a step cannot be taken.
        StackFileError: the stack's file cannot be read.
    """
    ours = ceremony.begin(stack, provider)
    _tell(terminal, ours.log_in())
    ours, said = ours.set_passphrase()
    _tell(terminal, said)
    _tell(terminal, ours.make_stack())
    missing = existing.missing(stack)
    if TOKEN in missing and draft.token:
        ours.set_secret(TOKEN, draft.token)
        terminal.show("✓ the token is in the stack's file, encrypted")
    if KEY in missing:
        _tell(terminal, _set_key(draft, ours))
    steps = page.next_steps(draft.answers, is_ready=True)
    terminal.show(f"\n{steps}".rstrip("\n"))
    return 0


def _tell(terminal: Terminal, said: str) -> None:
    if said:
        terminal.show(f"✓ {said}")


def _set_key(draft: Draft, ours: Ceremony) -> str:
    text = _key(draft, ours)
    if not text:
        return "the SSH agent has the key that opens the server: it must have it at each run"
    ours.set_secret(KEY, text)
    return "the SSH key is in the stack's file, encrypted"


def _key(draft: Draft, ours: Ceremony) -> str:
    if draft.server:
        return draft.server.key.text or ""
    if not draft.has_own_host and (found := ours.secret(KEY, draft.one("host_stack"))):
        return found
    keys, _ = server.keys(draft.key_file, os.environ)
    return next((key.text for key in keys if key.text), "")
