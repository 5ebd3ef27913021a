"""A person's desk without a lab: `make new` on a terminal, with stand-ins for what is far away.

Cloudflare's API is the lab's, on the loopback; the server is a throw-away sshd; the DNS is a table;
`pulumi` is a script. What is typed, and what is printed, is the real thing.
"""

import getpass
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab import plan
from lab.paths import REPOSITORY
from tests.docs import terminal
from tests.docs.terminal import Said
from tests.tools.sshd import Login

DOMAIN = "tapal.test"  # a zone that the stand-in of Cloudflare's API holds
STACK = f"Pulumi.{DOMAIN}.yaml"
PUBLIC = "203.0.113.10"
ADDRESS, TOKEN = r"send from\?.*> ", r"Cloudflare's API.*> "
SERVER, SAME, KEY = r"server's IP address.*> ", r"server's key\?.*> ", r"Which SSH key.*> "
EMAIL, MX, AGAIN = r"read mail today.*> ", r"or here\?.*> ", r"Try again\?.*> "
RIGHT = (
    (ADDRESS, f"post@{DOMAIN}"),
    (TOKEN, plan.API_TOKEN),
    (SERVER, f"{PUBLIC} 2001:db8::10"),
    (SAME, "y"),
    (EMAIL, "me@mail.test"),
    (MX, ""),
    (AGAIN, ""),
)
EMPTY_DNS: Mapping[str, Sequence[str]] = {
    f"{DOMAIN} SOA": ["ada.ns.cloudflare.com …"],
    f"{DOMAIN} NS": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
}

# The command line, with the far-away things replaced.
PROGRAM = """
import getpass, json, os, sys
from dataclasses import replace
from pathlib import Path
from settings import stack_file
from tools.new_stack import about_domain, command, host_key, server
from tools.new_stack.draft import Draft
stack_file.folder = lambda: Path(os.environ["STACKS"])
records = json.loads(os.environ["DNS"])
about_domain.Resolver = lambda **_: lambda name, kind: records.get(f"{name} {kind}", [])
port, scan, target = os.environ["SSH_PORT"], host_key.scan, Draft.target
host_key.scan = lambda *_: scan("127.0.0.1", port)
Draft.target = lambda self: replace(target(self), address="127.0.0.1", port=int(port))
server.USERS = (getpass.getuser(),)
sys.exit(command.main(sys.argv[1:]))
"""


@dataclass(kw_only=True)
class Desk:
    """The person's computer.

    Attributes:
        folder: holds the home, the stacks and the programs.
        api: the address of Cloudflare's API.
        sshd: the server.
        dns: what the DNS says, by name and type.
        more: further variables.
    """

    folder: Path
    api: str
    sshd: Login
    dns: Mapping[str, Sequence[str]] = field(default_factory=lambda: EMPTY_DNS)
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home/.ssh", "stacks", "bin"):
            (self.folder / name).mkdir(parents=True)
        program = self.folder / "bin" / "pulumi"
        shutil.copy(Path(__file__).parent / "pulumi.sh", program)
        program.chmod(0o755)
        self.give_key("id_ed25519", self.sshd.private_key)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.folder / "home"

    @property
    def file(self) -> Path:
        """The stack's file."""
        return self.folder / "stacks" / STACK

    def give_key(self, name: str, text: str) -> None:
        """Put a private key into ~/.ssh."""
        file = self.home / ".ssh" / name
        file.touch(mode=0o600)
        file.write_text(text)

    def calls(self) -> list[str]:
        """Return how `pulumi` was called."""
        called = self.folder / "called"
        return called.read_text().splitlines() if called.exists() else []

    def secret(self, key: str) -> str:
        """Return what `pulumi` was given as a secret."""
        file = self.home / key
        return file.read_text().strip() if file.exists() else ""

    def environment(self) -> dict[str, str]:
        """Return the environment of the person's terminal."""
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "TERM": "screen",
            "LANG": "C.UTF-8",
            "USER": getpass.getuser(),
            "STACKS": str(self.folder / "stacks"),
            "CALLED": str(self.folder / "called"),
            "DNS": json.dumps(self.dns),
            "SSH_PORT": str(self.sshd.port),
            "CLOUDFLARE_BASE_URL": f"{self.api}/client/v4",
            **self.more,
        }

    def make_new(self, *arguments: str, first: terminal.Answers = ()) -> Said:
        """Run `make new` on a terminal; ``first`` is typed before what is right."""
        return terminal.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            answers=RIGHT, first=first, cwd=REPOSITORY, env=self.environment(), timeout=40,
        )  # fmt: skip
