"""The command line: flags first, a terminal for the rest, one check, and then the file."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from mail import finding
from mail.finding import Finding
from settings.rules.new_stack import ANSWER_MISSING
from tools.new_stack import host_key, page
from tools.new_stack.host_key import HostKeyError
from tools.new_stack.question import Question, one, unknown
from tools.new_stack.questions import QUESTIONS, SAMPLE_KEY
from tools.new_stack.terminal import Terminal, comparison

Given = dict[str, tuple[str, ...]]


class NewStackError(Exception):
    """No file can be written; the message lists every reason."""


def main(arguments: Sequence[str]) -> int:
    """Write the stack's file, or say why it cannot be written; return the exit status."""
    given, ask = _given(_parser().parse_args(arguments))
    terminal = Terminal(Console(highlight=False, soft_wrap=True))
    try:
        _refuse_existing(given)
        answers = _checked(terminal.ask(given) if ask else given)
        _refuse_existing(answers)
        file = page.write(answers)
    except NewStackError as error:
        print(f"✗ nothing was written: {error}", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\n✗ nothing was written: stopped", file=sys.stderr)
        return 130
    where = file.relative_to(file.parent.parent)
    terminal.show(f"✓ {where} is written. Read it once: each key is explained in it.\n")
    terminal.show(page.next_steps(answers).rstrip("\n"))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.new_stack",
        description="Writes the file of a new stack. What no flag says is asked on a terminal.",
    )
    parser.add_argument("--stack", metavar="NAME", help="the stack's name, if not the domain")
    parser.add_argument("--yes", action="store_true", help="ask nothing, take the defaults")
    for question in QUESTIONS:
        action = "append" if question.many else "store"
        text = question.text.replace("%", "%%") + (" (may be repeated)" if question.many else "")
        parser.add_argument(question.flag, action=action, metavar="…", help=text)
    return parser


def _given(options: argparse.Namespace) -> tuple[Given, bool]:
    """Return what the flags say, and whether a person is there to be asked for the rest."""
    given: Given = {"stack": (options.stack,)} if options.stack else {}
    for question in QUESTIONS:
        said = getattr(options, question.name)
        if said is not None:
            given[question.name] = question.split(",".join(said) if question.many else said)
    return given, sys.stdin.isatty() and not options.yes


def _with_defaults(given: Given) -> tuple[Given, list[Question]]:
    """Return the answers completed by defaults, and the questions that nobody answered.

    An unanswered question has its sample for an answer, so that the others can be checked.
    """
    answers, missing = dict(given), []
    while remaining := unknown(QUESTIONS, answers):
        question = remaining[0]
        default = question.default(answers)
        if not default and not question.optional:
            missing.append(question)
            default = question.sample
        answers[question.name] = question.split(default)
    return answers, missing


def _checked(given: Given) -> Given:
    """Return the answers if nothing is wrong with them; a missing host key is fetched.

    Raises:
        NewStackError: something is wrong; the message lists everything. No server was contacted.
    """
    answers, missing = _with_defaults(given)
    told = one(answers, "host_key")
    fetch = bool(told) and not host_key.is_complete(told)
    trial = answers | {"host_key": (SAMPLE_KEY,)} if fetch else answers
    wrong = _without_echoes(page.problems(trial), given)
    problems = [each for each in wrong if not any(one.about(each.key) for one in missing)]
    problems = [*map(_missing, missing), *problems]
    if problems:
        things = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise NewStackError(f"{things} to put right\n{finding.render(problems)}")
    return answers | {"host_key": (_fetched(answers),)} if fetch else answers


def _without_echoes(wrong: list[Finding], given: Given) -> list[Finding]:
    """Return ``wrong`` without findings about names that were made from a wrong domain."""
    if not any(each.key == "domains[0].name" for each in wrong):
        return wrong
    said = [each for each in QUESTIONS if each.name in given]
    return [
        each
        for each in wrong
        if any(question.about(each.key) for question in said) or each.key in given
    ]


def _missing(question: Question) -> Finding:
    cure = f"{ANSWER_MISSING.cure}. {question.text}"
    return ANSWER_MISSING.found(question.flag, reason="it is missing", cure=cure)


def _fetched(answers: Given) -> str:
    told, address, port = (one(answers, name) for name in ("host_key", "ipv4", "ssh_port"))
    try:
        if host_key.wish(told) != host_key.SCAN:
            return host_key.known(told, address, port)
        key = host_key.scan(address, port)
    except HostKeyError as error:
        raise NewStackError(str(error)) from error
    raise NewStackError(
        "a key that was fetched must be compared first.\n"
        f"{comparison(key)}\n"
        f"  If they are the same, run this again with --host-key {host_key.fingerprint(key)}"
    )


def _refuse_existing(answers: Given) -> None:
    if not page.name(answers) or page.name_problems(answers):
        return
    file = page.path(answers)
    if file.exists():
        raise NewStackError(
            f"{file.relative_to(file.parent.parent)} is there already; "
            "change it by hand, or name the new stack with --stack"
        )
