"""All files of ours on a host, read at once: what a preview compares, in one round trip.

Whatever writes a file notes its path on the host (``folders.sh``), and one command brings the files
at all these paths as an archive. One that is not among them, or that is gone, is read by itself.

The module must keep its path, as its neighbours.
"""

import io
import tarfile
from dataclasses import dataclass

READ_ALL = """
[ -e /var/lib/tapal/files ] || exit 0
while IFS= read -r path; do
  [ ! -f "$path" ] || printf '%s\\0' "$path"
done </var/lib/tapal/files |
  tar --null --files-from=- --dereference --absolute-names --ignore-failed-read -cf -
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file as it lies on the host.

    Attributes:
        content: its text; bytes that are no UTF-8 are replaced.
        mode: four octal digits.
        owner: ``user:group``.
    """

    content: str
    mode: str
    owner: str


def entries(archive: bytes) -> dict[str, Entry]:
    """Return what `READ_ALL` has printed, by path."""
    return {f"/{name.lstrip('/')}": one for name, one in members(archive).items()}


def members(archive: bytes) -> dict[str, Entry]:
    """Return the files of a tar archive, by their names there; of an empty answer none."""
    if not archive:
        return {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        return {
            member.name: Entry(
                content=file.read().decode("utf-8", "replace"),
                mode=f"{member.mode:04o}",
                owner=f"{member.uname or member.uid}:{member.gname or member.gid}",
            )
            for member in found
            if (file := found.extractfile(member))
        }
