"""A person who has nothing but the pages: a clone of the project, a home of their own, a terminal.

Their machine is the lab's operator, in whose network the lab is the internet. What differs from
the world that the pages speak of is written down here, and nowhere else.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from lab import keys, nodes, paths, plan
from lab.ca import issuer
from lab.net import network
from lab.operator import machine
from tests.docs import terminal
from tests.docs.terminal import Said
from tools.new_stack.host_key import fingerprint

# What the pages call their own things, and what the lab calls them. The longer ones come first.
SUBSTITUTIONS = (
    ("gmail-smtp-in.l.google.com", plan.RECEIVER.name),
    ("https://api.cloudflare.com", f"http://{plan.API.name}"),
    ("me@example.net", plan.MAILBOX),
    ("STACK=lab", "STACK=tapal.test"),
    ("example.com", "tapal.test"),
    ("example.org", "second.test"),
    ("example.net", "third.test"),
    ("2001:db8::10", plan.VPS.ipv6),
    ("203.0.113.10", plan.VPS.ipv4),
    # `~` means the passwd database's home to the file backend; the newcomer's is another.
    ("pulumi login --local", 'pulumi login "file://$HOME"'),
    # What a reader copies from the provider's console.
    ("SHA256:…", fingerprint(keys.public_key("host"))),
)

# What no page says, because it is true of the lab alone: which APIs stand for Cloudflare's and
# Let's Encrypt's.
LAB_SETTINGS = {
    "config:": f"  cloudflare:baseUrl: {plan.API_BASE_URL}\n",
    "  tapal:acme:": (f"    directory: {plan.ACME_DIRECTORY}\n    caBundle: lab/ca/ca.pem\n"),
}


def in_the_lab(text: str) -> str:
    """Return ``text`` of a page as it is typed in the lab."""
    for written, typed in SUBSTITUTIONS:
        text = text.replace(written, typed)
    return text


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """The person.

    Attributes:
        folder: holds the copy of the project and the home.
        answers: what is typed when a command asks.
        powerless: whether they type without any of root's rights (capabilities(7)).
    """

    folder: Path
    answers: Callable[[], Sequence[tuple[str, str]]]
    powerless: bool = False

    @property
    def project(self) -> Path:
        """The copy of the repository, as a clone has it."""
        return self.folder / "tapal"

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.folder / "home"

    def arrive(self) -> None:
        """Clone the repository, as it is now, committed or not; bring an SSH key and pulumi."""
        clone = ["git", "clone", "--quiet", str(paths.REPOSITORY), str(self.project)]
        subprocess.run(clone, check=True)
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=paths.REPOSITORY, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            if (paths.REPOSITORY / name).is_file():
                (self.project / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(paths.REPOSITORY / name, self.project / name)
        # The lab's stack is about the very domain that stands for the newcomer's own.
        (self.project / "stacks" / "Pulumi.lab.yaml").unlink()
        who = ["-c", "user.name=newcomer", "-c", "user.email=newcomer@example.com"]
        for words in (["add", "--all"], ["commit", "--quiet", "-m", "as it is now"]):
            subprocess.run(["git", *who, *words], cwd=self.project, check=True)
        (self.project / "venv").symlink_to((paths.REPOSITORY / "venv").resolve())
        key = self.home / ".ssh" / "id_ed25519"
        key.parent.mkdir(mode=0o700, parents=True)
        key.touch(mode=0o600)
        key.write_text(keys.private_key("operator"))
        plugins = Path(machine.environment()["PULUMI_HOME"]) / "plugins"
        (self.home / ".pulumi").mkdir()
        (self.home / ".pulumi" / "plugins").symlink_to(plugins)

    def environment(self) -> dict[str, str]:
        """Return the environment of a fresh terminal."""
        engine = machine.environment()
        kept = ("PULUMI_SKIP_UPDATE_CHECK", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
                "PULUMI_IGNORE_AMBIENT_PLUGINS")  # fmt: skip
        return {name: engine[name] for name in kept if name in engine} | {
            "PATH": engine["PATH"],
            "HOME": str(self.home),
            "PULUMI_HOME": str(self.home / ".pulumi"),
            # Of a terminal in `screen` no colours are asked, which nobody would answer here.
            "TERM": "screen",
            "LANG": "C.UTF-8",
            # `make new` asks it before there is a file that could name it.
            "CLOUDFLARE_BASE_URL": plan.API_BASE_URL,
            # The lab's certificate authority, which a reader's machine would know already.
            "SSL_CERT_FILE": str(issuer.file()),
            "NEWCOMER_SHELL": str(self.folder / "shell"),
        }

    def type(self, commands: str, *, timeout: float = 300) -> Said:
        """Type ``commands`` into the terminal, in which the variables of earlier ones are set."""
        script = (
            '[ ! -e "$NEWCOMER_SHELL" ] || . "$NEWCOMER_SHELL"\n'
            "trap 'export -p >\"$NEWCOMER_SHELL\"' EXIT\n"
            f"set -eo pipefail\n{commands}"
        )
        argv = network.namespace_argv(plan.NETNS_OPERATOR, self._as_user(["bash", "-c", script]))
        return terminal.run(argv, answers=self.answers(), cwd=self.project,
                            env=self.environment(), timeout=timeout)  # fmt: skip

    def _as_user(self, argv: Sequence[str]) -> Sequence[str]:
        if not self.powerless:
            return argv
        # Not another user: the tests' Python may be in root's home.
        return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *argv]

    def type_elsewhere(self, node: str, commands: str, stdin: str = "") -> Said:
        """Type ``commands`` on the server's console (``vps``), or at a machine in the ``world``."""
        shell = ["bash", "-eo", "pipefail", "-c", commands]
        done = nodes.run(node, shell, stdin=stdin.encode(), timeout=60)
        return Said(status=done.returncode, output=(done.stdout + done.stderr).decode())

    def run_program(self, text: str, variable: str) -> Said:
        """Save ``text`` as a file and run it with Python and one variable (``NAME=value``)."""
        program = self.folder / "program.py"
        program.write_text(text)
        return self.type(f"{variable} python3 {program}")

    def stack_file(self, stack: str) -> Path:
        """Return the file of a stack."""
        return self.project / "stacks" / f"Pulumi.{stack}.yaml"

    def edit(self, stack: str, part: dict[str, object]) -> None:
        """Change a stack's file as a page shows: keys of the first domain, or ``tapal:`` ones."""
        file = self.stack_file(stack)
        content = yaml.safe_load(file.read_text())
        for key, value in part.items():
            whole = key.startswith("tapal:")
            place = content["config"] if whole else content["config"]["tapal:domains"][0]
            place[key] = value
        file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))

    def tell_of_the_lab(self) -> None:
        """Put the lab's settings into the stacks' files that lack them, beside what is there."""
        for file in (self.project / "stacks").glob("Pulumi.*.yaml"):
            if file.name in ("Pulumi.example.com.yaml", "Pulumi.lab.yaml"):
                continue
            text = file.read_text()
            if "cloudflare:baseUrl" not in text:
                for line, added in LAB_SETTINGS.items():
                    text = text.replace(f"{line}\n", f"{line}\n{added}", 1)
                file.write_text(text)

    def password(self, address: str) -> str:
        """Return the password that the stack made for ``address``, read as the pages say."""
        stack = address.partition("@")[2]
        known = "export PULUMI_CONFIG_PASSPHRASE_FILE=~/.tapal-passphrase\n"
        asked = f"pulumi stack output --stack {stack} --show-secrets --json passwords"
        said = self.type(known + asked)
        return str(json.loads(said.output[said.output.index("{") :])[address])
