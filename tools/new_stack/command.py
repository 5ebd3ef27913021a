"""The command line: flags first, a terminal for the rest, one check, the file, and the ceremony."""

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from settings.stack_file import StackFileError
from tools.new_stack import ceremony, conversation, existing, flags, page
from tools.new_stack.about_domain import StackExistsError
from tools.new_stack.ceremony import CeremonyError
from tools.new_stack.cloudflare_token import TokenError
from tools.new_stack.draft import Draft
from tools.new_stack.finish import finish
from tools.new_stack.flags import NewStackError
from tools.new_stack.host_key import HostKeyError
from tools.new_stack.server import ServerError
from tools.new_stack.terminal import Nobody, NobodyError, Terminal

INTERRUPTED = 130
FAILURES = (NewStackError, CeremonyError, TokenError, ServerError, HostKeyError, NobodyError)
GREETING = """\
Six questions at most; what can be found out is not asked. Nothing is changed
on the server or in the DNS. < goes back one question, Ctrl-C stops."""


def main(arguments: Sequence[str]) -> int:
    """Make the stack, or say why it cannot be made; return the exit status."""
    options = flags.parser().parse_args(arguments)
    console = Console(highlight=False)
    is_asked = sys.stdin.isatty() and not options.yes
    terminal = Terminal(console) if is_asked else Nobody(console)
    try:
        return _only_file(options, terminal) if options.file_only else _whole(options, terminal)
    except FAILURES as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\n· stopped. The same command goes on from what is written", file=sys.stderr)
        return INTERRUPTED


def _only_file(options: argparse.Namespace, terminal: Terminal) -> int:
    given = flags.given(options)
    try:
        _refuse_existing(given)
        answers = flags.checked(given)
        _refuse_existing(answers)
    except NewStackError as error:
        raise NewStackError(f"nothing was written: {error}") from None
    file = page.write(answers)
    where = file.relative_to(file.parent.parent)
    terminal.show(f"✓ {where} is written. Read it once: each key is explained in it.\n")
    terminal.show(page.next_steps(answers, is_ready=False).rstrip("\n"))
    return 0


def _whole(options: argparse.Namespace, terminal: Terminal) -> int:
    if wrong := ceremony.missing():
        raise NewStackError(wrong)
    draft = _first(options, terminal)
    if not isinstance(terminal, Nobody):
        terminal.show(GREETING)
    try:
        draft = conversation.hold(draft, terminal)
    except StackExistsError as error:
        return _go_on(str(error), draft, terminal, options.secrets_provider)
    answers = flags.checked(dict(draft.answers))
    page.write(answers)
    terminal.show(f"\n✓ {existing.where(page.name(answers))} is written; it explains each key")
    return finish(draft.answered(**answers), terminal, page.name(answers), options.secrets_provider)


def _go_on(stack: str, draft: Draft, terminal: Terminal, provider: str) -> int:
    try:
        draft = existing.read(stack, draft)
    except StackFileError as error:
        raise NewStackError(
            f"{existing.where(stack)} is there already, and cannot be gone on with: {error}.\n"
            "    cure: mend it, move it away, or name the new stack with --stack"
        ) from None
    terminal.show(f"\n· {existing.where(stack)} is there already, and stays as it is")
    draft = conversation.hold(draft, terminal, existing.steps(stack))
    return finish(draft, terminal, stack, provider)


def _first(options: argparse.Namespace, terminal: Terminal) -> Draft:
    """Return what the flags say, checked; without a terminal all that is wrong ends it."""
    given = flags.given(options)
    stack, provider = given.get("host_stack", ("",))[0], options.secrets_provider
    token = flags.token(options.token_file, sys.stdin, os.environ)
    if stack and not token:
        token = ceremony.begin(stack, provider).secret(ceremony.TOKEN)
    if not isinstance(terminal, Nobody):
        given, wrong = flags.right(given)
        terminal.wrong(wrong)
    elif not page.is_there(given):
        complete = flags.checked(given, later=("mx_host",))
        given |= {name: complete[name] for name in ("host_key",) if complete.get(name)}
    return Draft(answers=given, token=token, key_file=options.ssh_key)


def _refuse_existing(answers: flags.Given) -> None:
    if page.is_there(answers):
        where = existing.where(page.name(answers))
        raise NewStackError(
            f"{where} is there already; change it by hand, or name the new stack with --stack"
        )
