"""What a person is told, and asked."""

import sys

YES = {"y", "yes"}


def say(line: str) -> None:
    """Tell a person, beside what is printed for others to read."""
    sys.stdout.flush()
    print(line, file=sys.stderr, flush=True)


def agreed(question: str) -> bool:
    """Return whether a person answers ``question`` by yes; no is the default.

    Without a terminal nobody is there to answer, and the cure is said.
    """
    if not sys.stdin.isatty():
        say(f"✗ {question} No terminal to ask on: ARGS=--yes answers it")
        return False
    sys.stdout.flush()
    sys.stderr.write(f"\n{question} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip().lower()
    if answer in YES:
        return True
    say("· nothing was changed")
    return False
