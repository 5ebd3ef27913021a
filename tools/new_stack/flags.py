"""What the command line says: every answer is a flag, and all that is wrong is told at once."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from mail import finding
from mail.finding import Finding
from settings.rules.new_stack import ANSWER_MISSING
from tools.new_stack import host_key, page
from tools.new_stack.host_key import HostKeyError
from tools.new_stack.question import Question, one, unknown
from tools.new_stack.questions import QUESTIONS, SAMPLE_KEY

Given = dict[str, tuple[str, ...]]


class NewStackError(Exception):
    """The stack cannot be made; the message lists every reason."""


def parser() -> argparse.ArgumentParser:
    """Return the command line's."""
    made = argparse.ArgumentParser(
        prog="python -m tools.new_stack",
        description="Makes a new stack: asks, looks, writes its file, and gives Pulumi what it "
        "needs. What no flag says, and cannot be found out, is asked on a terminal.",
    )
    made.add_argument("--stack", metavar="NAME", help="the stack's name, if not the domain")
    made.add_argument("--yes", action="store_true", help="ask nothing, take the defaults")
    made.add_argument(
        "--file-only",
        action="store_true",
        help="write the file and nothing else: no server, DNS, API or Pulumi is contacted",
    )
    made.add_argument(
        "--token-file",
        metavar="FILE",
        help="holds the token for Cloudflare's API; - for standard input "
        "(default: the variable CLOUDFLARE_API_TOKEN)",
    )
    made.add_argument(
        "--ssh-key", metavar="FILE", default="", help="opens the server (default: as ssh finds it)"
    )
    made.add_argument(
        "--secrets-provider",
        metavar="URL",
        default="passphrase",
        help="what encrypts the secrets; docs/state-and-secrets.md has the choices",
    )
    for question in QUESTIONS:
        action = "append" if question.many else "store"
        text = question.text.replace("%", "%%") + (" (may be repeated)" if question.many else "")
        made.add_argument(question.flag, action=action, metavar="…", help=text)
    return made


def given(options: argparse.Namespace) -> Given:
    """Return the answers that the flags give."""
    found: Given = {"stack": (options.stack,)} if options.stack else {}
    for question in QUESTIONS:
        said = getattr(options, question.name)
        if said is not None:
            found[question.name] = question.split(",".join(said) if question.many else said)
    return found


def token(named: str | None, standard_input: TextIO, environment: Mapping[str, str]) -> str:
    """Return the token that a flag or CLOUDFLARE_API_TOKEN gives; empty if none does.

    Args:
        named: the file, ``-`` for standard input; None if no flag names one.
        standard_input: is read to its end if it is named.
        environment: the process's.

    Raises:
        NewStackError: the file cannot be read.
    """
    if named is None:
        return environment.get("CLOUDFLARE_API_TOKEN", "").strip()
    if named == "-":
        return standard_input.read().strip()
    try:
        return Path(named).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NewStackError(f"--token-file {named} cannot be read: {error}") from None


def right(answers: Given) -> tuple[Given, list[Finding]]:
    """Return the valid ones of the given answers, and what is wrong with the others."""
    names = {question.name for question in QUESTIONS}
    good = {name: words for name, words in answers.items() if name not in names}
    findings: list[Finding] = []
    for question in (each for each in QUESTIONS if each.name in answers):
        words = answers[question.name]
        fetch = question.name == "host_key" and not host_key.is_complete(one(answers, "host_key"))
        wrong = [] if fetch else page.wrong_in(question, {**good, question.name: words})
        if wrong:
            findings += wrong
        else:
            good[question.name] = words
    return good, findings


def with_defaults(answers: Given) -> tuple[Given, list[Question]]:
    """Return the answers completed by defaults, and the questions that nobody answered.

    An unanswered question has its sample for an answer, so that the others can be checked.
    """
    complete, missing = dict(answers), []
    while remaining := unknown(QUESTIONS, complete):
        question = remaining[0]
        default = question.default(complete)
        if not default and not question.optional:
            missing.append(question)
            default = question.sample
        complete[question.name] = question.split(default)
    return complete, missing


def checked(answers: Given, *, later: tuple[str, ...] = ()) -> Given:
    """Return the answers, with defaults, if nothing is wrong with them; a host key is fetched.

    Args:
        answers: as far as they are known.
        later: names of answers that are found out afterwards.

    Raises:
        NewStackError: something is wrong; the message lists everything. No server was contacted.
    """
    complete, missing = with_defaults(answers)
    told = one(complete, "host_key")
    fetch = bool(told) and not host_key.is_complete(told)
    trial = complete | {"host_key": (SAMPLE_KEY,)} if fetch else complete
    wrong = _without_echoes(page.problems(trial), answers)
    problems = [each for each in wrong if not any(one.about(each.key) for one in missing)]
    problems = [*(_missing(each) for each in missing if each.name not in later), *problems]
    if problems:
        things = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise NewStackError(f"{things} to put right\n{finding.render(problems)}")
    return complete | {"host_key": (_fetched(complete),)} if fetch else complete


def _without_echoes(wrong: list[Finding], answers: Given) -> list[Finding]:
    """Return ``wrong`` without findings about names that were made from a wrong domain."""
    if not any(each.key == "domains[0].name" for each in wrong):
        return wrong
    said = [each for each in QUESTIONS if each.name in answers]
    return [
        each
        for each in wrong
        if any(question.about(each.key) for question in said) or each.key in answers
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
        f"{host_key.comparison(key)}\n"
        f"  If they are the same, run this again with --host-key {host_key.fingerprint(key)}"
    )
