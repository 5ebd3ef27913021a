"""The command line of ``make password``."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from settings import stack_file
from tools import own_stack, pulumi, terminal
from tools.on_host import FAILURES
from tools.password import renewal
from tools.password.renewal import RenewalError
from tools.password.table import table

DESCRIPTION = """\
Shows the password of an account of a stack, on a terminal and nowhere else, with what to type into
a mail program. With --new it gets another one first: the old one ends at once.
"""


class AccountError(ValueError):
    """No account is meant, or not one; the message names those that there are."""


def main(arguments: Sequence[str]) -> int:
    """Show or renew what is asked for, and return the exit status."""
    asked = _parser().parse_args(arguments)
    if not terminal.is_terminal():
        print("✗ a password is shown on a terminal only, so that no log keeps it. A program reads "
              "it by: pulumi stack output --show-secrets passwords", file=sys.stderr)  # fmt: skip
        return 1
    try:
        stack = own_stack.named(asked.stack)
        config, passwords = stack_file.config(stack), pulumi.passwords(stack)
        address = account(passwords, asked.account, own_stack.accounts(config))
        if asked.new:
            if status := renewal.renew(renewal.plan(stack, address), yes=asked.yes):
                return status
            passwords = _renewed(stack, address, passwords[address])
        host = own_stack.host_name(config)
    except (*FAILURES, AccountError, RenewalError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    to = terminal.console()
    to.print(table(host, address, passwords[address]))
    if others := [one for one in passwords if one != address]:
        to.print(f"the other accounts: {', '.join(others)} (ACCOUNT=…)", markup=False)
    return 0


def _renewed(stack: str, address: str, before: str) -> Mapping[str, str]:
    found = pulumi.passwords(stack)
    if found.get(address) == before:
        raise RenewalError(f"{address} has its old password still: make up STACK={stack}")
    print(f"✓ {address} has a new password. The old one no longer works.", file=sys.stderr)
    return found


def account(passwords: Mapping[str, str], asked: str | None, order: Sequence[str] = ()) -> str:
    """Return the address of the account that is ``asked`` for, or of the first one in ``order``.

    Raises:
        AccountError: there is no such account, or its name alone fits several.
    """
    if not passwords:
        raise AccountError("the stack has no accounts: name some under accounts, then make up")
    if not asked:
        return next((one for one in order if one in passwords), next(iter(passwords)))
    wanted = asked.strip().lower()
    found = [one for one in passwords if wanted in (one, one.rpartition("@")[0])]
    if len(found) == 1:
        return found[0]
    which = "fits several accounts" if found else "is not an account"
    raise AccountError(f"{asked} {which}: {', '.join(found or passwords)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make password", description=DESCRIPTION)
    parser.add_argument("stack", metavar="STACK", nargs="?", help="whose account it is")
    parser.add_argument("--account", metavar="ACCOUNT", help="its address; the first if left out")
    parser.add_argument("--new", action="store_true", help="give it a new password first")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return parser
