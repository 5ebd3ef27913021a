"""The mail gate as a service: chasquid's hook asks it about every mail.

    python3 -m mail.gate.daemon [--policy DIR] [--domains DIR] [--state DIR]
                                [--socket PATH] [--signer PATH]

systemd hands over the socket (``tapal-gate.socket``), so that mail waits there while the service
restarts; with ``--socket`` it makes one of its own. Asked with the variable `STATUS` instead of a
mail, it says whether it can judge.

Of each mail that is not taken it logs one line: who, as whom, and the status code. What the mail
says is nobody's business here.
"""

import argparse
import contextlib
import logging
import sys
from pathlib import Path

from mail.gate import decision, envelope, headers, listening, notice, oneclick, spool
from mail.gate.envelope import Envelope
from mail.gate.headers import NOTICE, Head
from mail.gate.limits import Limiter
from mail.gate.policy import Policy
from mail.gate.protocol import Request
from mail.gate.server import Server
from mail.gate.store import FOLDER, LOCAL, PolicyError, Store
from mail.gate.verdict import TAKEN, Verdict, later

STATUS = "TAPAL_GATE_STATUS"
STATE = Path("/var/lib/tapal-gate")
LOOPBACK = ("127.0.0.1", "[::1]")
NO_POLICY = later("4.3.5", "the mail gate cannot read its policy, try again later")

_log = logging.getLogger("tapal-gate")


class Gate:
    """Judges mails by the policy in ``folder``, and by what accounts have sent.

    Args:
        folder: The policy.
        local: chasquid's folder of each domain.
        state: What accounts have sent, and what others are asked to do.
    """

    def __init__(self, folder: Path, local: Path, state: Path) -> None:
        self._folders = folder, local
        self._store = Store(folder, local)
        self._state = state
        self._limiter = Limiter(state)
        self._said = ""

    def judge(self, request: Request) -> Verdict:
        """Return what becomes of the mail in ``request``."""
        if STATUS in request.environment:
            return self._status()
        try:
            policy = self._store.current()
        except PolicyError as error:
            self._complain(str(error))
            return NO_POLICY
        self._said = ""
        told, head = envelope.read(request.environment), headers.read(request.mail)
        verdict = Verdict()
        if not self._is_notice(told, head, policy):
            verdict = decision.decide(told, head, policy)
        account = policy.account(told.account) if told.account else None
        if account and verdict.status == TAKEN:
            verdict = self._limiter.take(account, told.recipients, told.client, policy)
        if verdict.status != TAKEN:
            code = verdict.reason.partition(" ")[0]
            _log.info("%s: %r from=%r", code, told.account or told.client, told.sender)
        return oneclick.wanted(verdict, told, head, policy)

    def look_around(self) -> None:
        """Do what is due now and then, whether mail comes or not."""
        with contextlib.suppress(PolicyError):  # said for the next mail
            self._limiter.look_around(self._store.current())

    def _is_notice(self, told: Envelope, head: Head, policy: Policy) -> bool:
        """Return whether a mail is one of the gate's own, from this machine to the postmaster.

        It bears our name and no proof of it but the secret of a file that only the gate can write.
        """
        lines = head.all(NOTICE)
        if len(lines) != 1 or told.account or told.sender:
            return False
        if told.recipients != (notice.address(policy),):
            return False
        local = told.client.rpartition(":")[0] in LOOPBACK
        secret = lines[0].value.strip().decode("latin-1")
        return local and spool.is_notice(self._state, secret)

    def _status(self) -> Verdict:
        """Look at the files now, whenever that was done last."""
        self._store = Store(*self._folders)
        try:
            policy = self._store.current()
        except PolicyError as error:
            return later("4.3.5", str(error))
        if fault := self._limiter.fault():
            return later("4.3.1", f"submitted mail has to wait: {fault}")
        served = " ".join(sorted(one.name for one in policy.domains))
        return Verdict(reason=f"judges mail for {served}")

    def _complain(self, problem: str) -> None:
        if problem != self._said:  # once, and not for every mail
            _log.error("all mail has to wait: %s", problem)
            self._said = problem


def main(arguments: "list[str] | None" = None) -> None:
    """Answer until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--policy", type=Path, default=FOLDER)
    parser.add_argument("--domains", type=Path, default=LOCAL)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--socket")
    parser.add_argument("--signer", default=oneclick.SOCKET)
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    gate = Gate(parsed.policy, parsed.domains, parsed.state)
    listener = listening.listener(parsed.socket)
    Server(listener, gate.judge, gate.look_around, signer=parsed.signer).run()


if __name__ == "__main__":
    main()
