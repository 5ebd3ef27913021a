"""What a person is asked for a new stack, at most six things, and what is found out instead.

Each step takes the draft as it is and returns it with more in it. What a flag says, or what can be
looked up, is not asked. `<` leads back to the question before, with what was known then.
"""

from collections.abc import Callable, Sequence

from tools.new_stack.about_domain import ask_address, ask_mx, look_up
from tools.new_stack.about_server import ask_addresses, ask_host_key, look_at
from tools.new_stack.about_you import ask_email
from tools.new_stack.about_zone import ask_token
from tools.new_stack.draft import Draft
from tools.new_stack.terminal import BackError, Terminal

Step = Callable[[Draft, Terminal], Draft]

STEPS: Sequence[Step] = (
    ask_address,
    look_up,
    ask_mx,
    ask_token,
    ask_addresses,
    ask_host_key,
    look_at,
    ask_email,
)


def hold(draft: Draft, terminal: Terminal, steps: Sequence[Step] = STEPS) -> Draft:
    """Return ``draft`` with all that ``steps`` ask and find out.

    Raises:
        EOFError: there is nobody any more.
        StackExistsError: the answers name a stack that has a file already.
    """
    before: list[tuple[int, Draft]] = []
    place = 0
    while place < len(steps):
        asked = terminal.asked
        try:
            after = steps[place](draft, terminal)
        except BackError:
            if before:
                place, draft = before.pop()
            else:
                terminal.show("  · this is the first question; Ctrl-C stops")
            continue
        if terminal.asked > asked:
            before.append((place, draft))
        place, draft = place + 1, after
    return draft
