"""Runs a command on a stack's server, over SSH and without the engine.

How to log in stands in the stack's file; what of it is a secret, `pulumi` decrypts.
"""

import subprocess
from collections.abc import Sequence

from settings import stack_file
from settings.ssh_target import ConfigReader, read_ssh_target
from ssh.connection import session

PATIENCE = 15.0  # seconds for a server that does not answer


class HostError(RuntimeError):
    """The command fails, or a secret of the stack cannot be read; the message says why."""


def run(stack: str, argv: Sequence[str]) -> str:
    """Run ``argv`` as root on the server of ``stack``, and return what it prints.

    Raises:
        StackFileError: there is no such stack.
        SshTargetError: the stack does not say how to reach its server.
        SshError: the server cannot be reached.
        HostError: the command fails there.
    """
    target = read_ssh_target(_reader(stack, stack_file.config(stack)))
    done = session(target).run(list(argv), patience=PATIENCE)
    if done.status:
        said = _last(done.stderr.decode("utf-8", errors="replace"))
        raise HostError(
            f"{target.address}: {said}. Has it this version of tapal? make up STACK={stack}"
        )
    return done.stdout.decode("utf-8", errors="replace")


def _reader(stack: str, config: stack_file.Config) -> ConfigReader:
    def get(key: str) -> object:
        value = config.get(key)
        return _secret(stack, key) if stack_file.is_secret(value) else value

    return get


def _secret(stack: str, key: str) -> str:
    command = ["pulumi", "config", "get", "--stack", stack, key]
    try:
        done = subprocess.run(
            command, cwd=stack_file.PROJECT, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise HostError(f"a secret is read by pulumi, which cannot be run: {error}") from None
    if done.returncode:
        raise HostError(f"{key} cannot be read: {_last(done.stderr)}")
    return done.stdout


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["no message"])[-1]
