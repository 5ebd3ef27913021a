"""The files on the VPS at one moment, so that a test can tell whether any was touched."""

from dataclasses import dataclass

from lab import nodes
from lab.errors import LabError

# Leaves out the files that a running system changes by itself.
_SCRIPT = r"""
set -eu
find /etc /usr/local -xdev -type f \
  ! -path '/etc/mtab' ! -name '.updated' -printf '%p\t%T@\t%m\t%u:%g\n' | sort
echo ---
find /etc /usr/local -xdev -type f ! -name '.updated' -exec sha256sum {} + | sort -k2
echo ---
systemctl show -p MainPID --value chasquid.service 2>/dev/null || echo 0
"""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The files' metadata and hashes under /etc and /usr/local, and chasquid's process id."""

    files: dict[str, str]
    hashes: dict[str, str]
    chasquid: int

    def changed_since(self, before: "Snapshot") -> set[str]:
        """Return the paths that differ in content, time, mode or owner, or came or went."""
        paths = self.files.keys() | before.files.keys()
        return {
            path
            for path in paths
            if self.files.get(path) != before.files.get(path)
            or self.hashes.get(path) != before.hashes.get(path)
        }


def take() -> Snapshot:
    """Look at the VPS.

    Raises:
        LabError: it does not run.
    """
    done = nodes.run("vps", ["sh", "-c", _SCRIPT])
    if done.returncode:
        raise LabError(f"the VPS cannot be looked at: {done.stderr.decode()}")
    metadata, hashes, pid = done.stdout.decode().split("---\n")
    return Snapshot(
        files=dict(line.split("\t", 1) for line in metadata.splitlines()),
        hashes={line[66:]: line[:64] for line in hashes.splitlines()},
        chasquid=int(pid or 0),
    )
