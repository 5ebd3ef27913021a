"""``python -m tools.pull_request``: what the workflows run, and what a person can run by hand.

Exit status: 0 if all is well, 1 if a stack failed (or, of `drift`, has drifted), 2 if the question
was wrong.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from settings import stack_file
from tools.pull_request import preview_comment, repository, stack_run, terminal_report, up_summary
from tools.pull_request.changed_stacks import Chosen, choose, every, host_of
from tools.pull_request.preview_comment import DRIFT, PULL_REQUEST, Words
from tools.pull_request.repository import RepositoryError
from tools.pull_request.stack_run import Preview, Update


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    asked = _parser().parse_args(arguments)
    if shutil.which("pulumi") is None:
        return _wrong("no program is called pulumi: see https://www.pulumi.com/docs/install/")
    try:
        chosen = _chosen(asked)
    except RepositoryError as error:
        return _wrong(str(error))
    gone = [_farewell(name) for name in chosen.gone]
    told = [sentence for sentence in gone if sentence]
    if asked.command == "up":
        return _up(asked, chosen, told)
    return _look(asked, chosen, told, DRIFT if asked.command == "drift" else PULL_REQUEST)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.pull_request",
        description="Previews, brings up, or looks for drift in several stacks, and reports.",
        epilog="Without STACK and --base: every stack, but those in $TAPAL_SKIP_STACKS (usually "
        f"«{repository.USUALLY_LEFT_OUT}»).",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    texts = {
        "preview": "what would be done, as a comment for a pull request",
        "up": "do it, hosts before the domains on them",
        "drift": "what is not as the stacks' files say; exit status 1 if anything is",
    }
    for name, text in texts.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("stack", nargs="*", metavar="STACK", help="only these")
        command.add_argument("--output", type=Path, metavar="FILE", help="write the report there")
        if name != "drift":
            what = "only stacks that the working tree has changed since it parted from REF"
            command.add_argument("--base", metavar="REF", help=what)
    return parser


def _chosen(asked: argparse.Namespace) -> Chosen:
    if asked.stack:
        configs = {name: _config(name) for name in asked.stack}
        return every(configs, "asked for")
    stacks = repository.stacks()
    base = getattr(asked, "base", None)
    if not base:
        return every(stacks, "")
    return choose(
        repository.change_since(base),
        stacks,
        file_of=repository.file_of,
        stack_of=repository.stack_of,
        left_out=repository.left_out(),
    )


def _config(stack: str) -> stack_file.Config:
    if not stack_file.path(stack).exists():
        known = ", ".join(stack_file.names())
        raise RepositoryError(f"there is no {repository.file_of(stack)}; the stacks are {known}")
    return repository.stacks().get(stack, {})


def _farewell(stack: str) -> str:
    """Return what is to be said of a stack whose file was deleted; nothing if it is down too."""
    file = repository.file_of(stack)
    try:
        listed = json.loads(stack_run.existing())
    except json.JSONDecodeError:
        return f"{file} is deleted, and Pulumi could not be asked whether the stack is still up."
    found = [one.get("resourceCount") for one in listed if one.get("name") == stack]
    if not found or found[0] == 0:
        return ""
    return (
        f"{file} is deleted, and its stack is still up, with {found[0] or 'its'} resources: bring "
        f"the file back, and destroy the stack first: make destroy STACK={stack}"
    )


def _look(asked: argparse.Namespace, chosen: Chosen, gone: Sequence[str], words: Words) -> int:
    previews = []
    for stack, reason in chosen.reasons.items():
        with _waiting(f"{stack}: looking at the server and the zone"):
            previews.append(stack_run.preview(stack, reason))
        _say(_told(previews[-1], words))
    if _is_for_a_person(asked):
        terminal_report.show(previews, gone, words)
    else:
        _report(asked, preview_comment.write(previews, gone, words, link=_run()))
    failed = any(preview.failure for preview in previews) or bool(gone)
    drifted = words is DRIFT and any(preview.changes for preview in previews)
    return 1 if failed or drifted else 0


@contextmanager
def _waiting(doing: str) -> Iterator[None]:
    """Show what is being done as long as it is, in a terminal; a line elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        _say(f"· {doing} …")
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(doing, total=None)
        yield


def _told(preview: Preview, words: Words) -> str:
    if preview.failure:
        return f"✗ {preview.stack}: {preview.failure}"
    number = len(preview.plan.steps) if preview.plan else 0
    changes = "1 change" if number == 1 else f"{number} changes"
    return f"✓ {preview.stack}: {changes if number else words.same}"


def _up(asked: argparse.Namespace, chosen: Chosen, gone: Sequence[str]) -> int:
    updates: dict[str, Update] = {}
    for stack, reason in chosen.reasons.items():
        host = host_of(_config(stack))
        if host in updates and updates[host].failure:
            failure = f"not tried, since its host's stack, {host}, failed"
            updates[stack] = Update(stack=stack, reason=reason, output="", failure=failure)
        else:
            _say(f"· {stack}: pulumi up …")
            updates[stack] = stack_run.up(stack, reason)
        _say(f"✗ {stack}: {updates[stack].failure}" if updates[stack].failure else f"✓ {stack}")
    if _is_for_a_person(asked):
        terminal_report.show_updates(list(updates.values()), gone)
    else:
        _report(asked, up_summary.write(list(updates.values()), gone))
    return 1 if gone or any(update.failure for update in updates.values()) else 0


def _is_for_a_person(asked: argparse.Namespace) -> bool:
    """Return whether the report goes to a terminal; Markdown is for a file or a pipe."""
    return asked.output is None and sys.stdout.isatty()


def _report(asked: argparse.Namespace, text: str) -> None:
    if asked.output is None:
        print(text, end="")
    else:
        asked.output.write_text(text, encoding="utf-8")


def _run() -> str:
    server, slug, number = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{slug}/actions/runs/{number}" if server and slug and number else ""


def _wrong(message: str) -> int:
    _say(f"✗ {message}")
    return 2


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
