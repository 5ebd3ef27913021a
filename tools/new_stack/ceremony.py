"""What Pulumi needs before a first preview: a place for the state, a passphrase, a stack, secrets.

Each step looks first whether it is done, so that a second run goes on where the first one stopped.
Secrets go to `pulumi` by standard input: a command line is read by everybody on the computer.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from settings import stack_file
from tools import passphrase
from tools.cures import cure
from tools.engine import backend

TOKEN, KEY = "cloudflare:apiToken", "tapal:sshPrivateKey"
INSTALL = "https://www.pulumi.com/docs/install/"


class CeremonyError(Exception):
    """A step cannot be taken; the message says why, and the cure."""


@dataclass(frozen=True, kw_only=True)
class Ceremony:
    """The steps for one stack.

    Attributes:
        stack: its name.
        environment: what `pulumi` runs in.
        provider: what encrypts its secrets, as ``pulumi stack init --secrets-provider`` has it.
    """

    stack: str
    environment: Mapping[str, str]
    provider: str = "passphrase"

    def log_in(self) -> str:
        """Choose a place for the state if none is chosen; return what to tell of it, or nothing.

        Raises:
            CeremonyError: `pulumi` refuses.
        """
        if backend.is_chosen(self.environment):
            return ""
        home = self.environment.get("HOME") or str(Path.home())
        # As `pulumi login --local`, which takes the home of the passwd database.
        self._pulumi("login", f"file://{home}")
        return f"the state is kept on this computer, in {_short(home)}/.pulumi: back it up"

    def set_passphrase(self) -> tuple["Ceremony", str]:
        """Return the ceremony with a passphrase, made if there is none, and what to tell of it.

        Raises:
            CeremonyError: none is at hand, and the file was encrypted with one.
        """
        if self.provider != "passphrase" or passphrase.is_given(self.environment):
            return self, ""
        path = passphrase.file(self.environment)
        if not path.exists():
            if has_salt(self.stack):
                raise CeremonyError(
                    f"the secrets in stacks/Pulumi.{self.stack}.yaml are encrypted with a "
                    "passphrase that is not on this computer.\n"
                    f"    cure: write it into {_short(str(path))}"
                )
            try:
                passphrase.make(self.environment)
            except OSError as error:
                raise CeremonyError(f"{path} cannot be written: {error.strerror}") from None
            said = (
                f"the passphrase that opens the stack's secrets is in {_short(str(path))}:\n"
                "  copy it to your password manager now, nobody can get it back"
            )
        else:
            said = f"the passphrase in {_short(str(path))} encrypts the stack's secrets"
        known = passphrase.known(self.environment)
        return Ceremony(stack=self.stack, environment=known, provider=self.provider), said

    def make_stack(self) -> str:
        """Make the stack if it does not exist; return what to tell of it.

        Raises:
            CeremonyError: `pulumi` refuses.
        """
        arguments = (
            "stack",
            "init",
            self.stack,
            "--no-select",
            "--secrets-provider",
            self.provider,
        )
        done = self._run(*arguments)
        if done.returncode == 0:
            return f"the stack {self.stack} is made"
        if "already exists" in done.stderr:
            return ""
        raise CeremonyError(self._refused(done.stderr))

    def set_secret(self, key: str, value: str) -> None:
        """Encrypt ``value`` into the stack's file.

        Raises:
            CeremonyError: `pulumi` refuses.
        """
        self._pulumi("config", "set", "--stack", self.stack, "--secret", key, given=value)

    def secret(self, key: str, stack: str = "") -> str:
        """Return a secret of a stack; empty if it has none, or it cannot be read."""
        done = self._run("config", "get", "--stack", stack or self.stack, key)
        return done.stdout.strip() if done.returncode == 0 else ""

    def _pulumi(self, *arguments: str, given: str = "") -> None:
        done = self._run(*arguments, given=given)
        if done.returncode:
            raise CeremonyError(self._refused(done.stderr))

    def _run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            cwd=stack_file.PROJECT,
            env={**self.environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def _refused(self, said: str) -> str:
        known = cure(said, self.stack)
        line = (said.strip().splitlines() or ["it says nothing"])[0].removeprefix("error: ")
        return f"pulumi: {line}" + (f"\n    cure: {known}" if known else "")


def missing() -> str:
    """Return what to do if there is no `pulumi`; empty if there is one."""
    if shutil.which("pulumi"):
        return ""
    return f"no program is called pulumi\n    cure: install it: {INSTALL}"


def begin(stack: str, provider: str) -> Ceremony:
    """Return the ceremony of ``stack``, in this process's environment."""
    known = passphrase.known(os.environ)
    return Ceremony(stack=stack, environment=known, provider=provider)


def has_salt(stack: str) -> bool:
    """Return whether the stack's file was encrypted with a passphrase already."""
    try:
        text = stack_file.path(stack).read_text(encoding="utf-8")
    except OSError:
        return False
    return any(line.startswith("encryptionsalt:") for line in text.splitlines())


def _short(path: str) -> str:
    home = str(Path.home())
    return f"~{path.removeprefix(home)}" if path.startswith(home) else path
