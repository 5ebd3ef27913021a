"""Runs a command on a stack's server, over SSH and without the engine.

How to log in stands in the stack's file; what of it is a secret, `pulumi` decrypts.
"""

import math
from collections.abc import Callable, Sequence

from settings import stack_file
from settings.ssh_target import ConfigReader, SshTarget, SshTargetError, read_ssh_target
from settings.stack_file import StackFileError
from ssh.connection import SshError, session
from tools import pulumi
from tools.pulumi import PulumiError

PATIENCE = 15.0  # seconds for a server that does not answer


class HostError(RuntimeError):
    """The command fails; the message says why."""


# What a tool says and ends with.
FAILURES = (StackFileError, SshTargetError, SshError, HostError, PulumiError)


def run(stack: str, argv: Sequence[str]) -> str:
    """Run ``argv`` as root on the server of ``stack``, and return what it prints.

    Raises:
        StackFileError: there is no such stack.
        SshTargetError: the stack does not say how to reach its server.
        PulumiError: a secret of the stack cannot be read.
        SshError: the server cannot be reached.
        HostError: the command fails there.
    """
    target = reach(stack)
    done = session(target).run(list(argv), patience=PATIENCE)
    if done.status:
        said = _last(done.stderr.decode("utf-8", errors="replace"))
        raise HostError(
            f"{target.address}: {said}. Has it this version of tapal? make up STACK={stack}"
        )
    return done.stdout.decode("utf-8", errors="replace")


def follow(target: SshTarget, argv: Sequence[str], hear: Callable[[str], None]) -> None:
    """Run ``argv`` as root, for as long as it likes, and hand each line of its output to ``hear``.

    What ``hear`` raises ends it, and is raised here.

    Raises:
        SshError: the server cannot be reached, or the connection breaks.
    """
    session(target).run(list(argv), patience=PATIENCE, limit=math.inf, hear=hear)


def reach(stack: str) -> SshTarget:
    """Return how the server of ``stack`` is reached.

    Raises:
        StackFileError: there is no such stack.
        SshTargetError: the stack does not say how to reach its server.
        PulumiError: a secret of the stack cannot be read.
    """
    return read_ssh_target(_reader(stack, stack_file.config(stack)))


def _reader(stack: str, config: stack_file.Config) -> ConfigReader:
    def get(key: str) -> object:
        value = config.get(key)
        return pulumi.ask(stack, "config", "get", key) if stack_file.is_secret(value) else value

    return get


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["no message"])[-1]
