"""Asks for the person's address elsewhere."""

from tools.new_stack.draft import Draft
from tools.new_stack.page import wrong_in
from tools.new_stack.questions import BY_NAME
from tools.new_stack.terminal import Terminal


def ask_email(draft: Draft, terminal: Terminal) -> Draft:
    """Ask where the person reads mail; it is also where mail to the domain is forwarded."""
    name = "email" if draft.has_own_host else "forward_to"
    wanted = draft.has_own_host or (draft.one("domain") and draft.one("mx") != "keep")
    if draft.has(name) or not wanted:
        return draft
    here = draft.one("mx") != "keep" and draft.one("domain")
    while True:
        said = terminal.ask(
            "Your own e-mail address, where you read mail today",
            f"Mail to {here} is forwarded there."
            if here
            else "Warnings about the server go there.",
            "It is an address elsewhere: the server keeps no mailboxes.",
        )
        trial = draft.answered(**{name: (said,)})
        wrong = wrong_in(BY_NAME[name], trial.answers)
        if not wrong:
            return trial
        terminal.wrong(wrong[:1])
