"""Builds the gate's hook for each machine from ``components/gate/hook.c``.

    python -m tools.build_hook

A file on the host is text, so what is built lies beside its source as base64. With the compiler of
Debian 12 (`COMPILER`) the same bytes come out everywhere, and a test holds them against the source.
"""

import base64
import shutil
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "components" / "gate"
SOURCE = FOLDER / "hook.c"
COMPILER = "12.2.0"
MACHINES = ("x86_64", "aarch64")  # as `uname -m` says
OPTIONS = (
    "-std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -nostdlib -static -no-pie -fno-pic "
    "-fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident -s "
    "-Wl,--build-id=none -Wl,-z,noseparate-code"
)
OF_MACHINE = {"x86_64": "-fcf-protection=none", "aarch64": "-mbranch-protection=none"}


def encoded(machine: str) -> Path:
    """Return the file that holds the hook for ``machine``."""
    return FOLDER / f"hook.{machine}.b64"


def compiler(machine: str) -> str | None:
    """Return the compiler for ``machine``, if it is installed."""
    return shutil.which(f"{machine}-linux-gnu-gcc")


def version(machine: str) -> str:
    """Return the version of the compiler for ``machine``."""
    command = [f"{machine}-linux-gnu-gcc", "-dumpfullversion"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def build(machine: str) -> bytes:
    """Return the hook for ``machine``.

    Raises:
        subprocess.CalledProcessError: it does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "hook"
        options = [*OPTIONS.split(), OF_MACHINE[machine], "-o", str(target), SOURCE.name]
        subprocess.run([f"{machine}-linux-gnu-gcc", *options], check=True, cwd=SOURCE.parent)
        return target.read_bytes()


def main() -> None:
    """Write what every machine gets."""
    for machine in MACHINES:
        if (found := version(machine)) != COMPILER:
            raise SystemExit(f"the compiler for {machine} is gcc {found}, not {COMPILER}")
        built = build(machine)
        encoded(machine).write_bytes(base64.encodebytes(built))
        print(f"{encoded(machine).name}: {len(built)} bytes")


if __name__ == "__main__":
    main()
