"""Files of one folder on the host as one resource: created, read back, compared, updated, deleted.

For files that belong together and are many, such as a program's modules: a resource each would cost
an entry in the state and a question to the host at every preview. A difference still shows file by
file and line by line. Each file is written whole (temporary file, fsync, rename); a set that was
interrupted half-way is different from what the state says, and the next run writes it again.

The module must keep its path: every stack's state refers to the provider class by module and name.
"""

import hashlib
import io
import tarfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.resources.host_files import Entry, members
from components.resources.host_provider import (
    FOLDERS,
    MISSING,
    HostProvider,
    Properties,
)

SCRIPT = FOLDERS + Path(__file__).with_name("host_folder.sh").read_text(encoding="utf-8")


class HostFolderProvider(HostProvider):
    """Reads and writes the files; runs in a process of its own, which the engine starts."""

    script = SCRIPT
    compared = ("mode", "owner")

    def diff(self, id_: str, olds: Properties, news: Properties) -> DiffResult:
        """Compare the files by their digests, and the rest as ever."""
        found = super().diff(id_, olds, news)
        files = news["files"]
        # Of texts that are yet to be made, such as new keys, nothing is known so far.
        known = isinstance(files, dict) and all(isinstance(text, str) for text in files.values())
        same = known and olds.get("files") == digests(files)
        return DiffResult(changes=found.changes or not same, replaces=found.replaces)

    def create(self, props: Properties) -> CreateResult:
        """Write the files."""
        return CreateResult(id_=props["path"], outs=self._write(props, {}))

    def update(self, _id: str, olds: Properties, news: Properties) -> UpdateResult:
        """Write the files anew, with a new revision, and remove those that are no longer named."""
        return UpdateResult(outs=self._write(news, olds["files"]))

    def look(self, id_: str, props: Properties) -> ReadResult:
        """Return the files as they are on the host, or no id when all are gone."""
        known = {name: self._known(f"{id_}/{name}") for name in props["files"]}
        there = {name: one for name, one in known.items() if one}
        if there and len(there) == len(known):
            return self._found(id_, props, _told(there, props["mode"], props["owner"]))
        done = self._script(["read", id_, *props["files"]])
        if done.status == MISSING:
            return ReadResult(id_=None, outs={})
        self._expect(done, id_, "read")
        found = unpacked(done.stdout, props["mode"], props["owner"])
        return self._found(id_, props, found)

    def _found(self, id_: str, props: Properties, found: Properties) -> ReadResult:
        """Return what is there: to be compared, and as the inputs that would make it so."""
        if "names" in props:
            found = {**found, "names": sorted(found["files"])}
        outs = {**props, **found, "files": digests(found["files"])}
        return ReadResult(id_=id_, outs=outs, inputs=self._there(id_, props, found).inputs)

    def delete(self, id_: str, props: Properties) -> None:
        """Delete the files, and the folder if it is ours and empty."""
        self._expect(self._script(["delete", id_, *props["files"]]), id_, "delete")

    def _write(self, props: Properties, olds: Mapping[str, str]) -> Properties:
        argv = ["write", props["path"], props["mode"], props["owner"], *olds]
        self._expect(self._script(argv, packed(props["files"])), props["path"], "write")
        # The state has the texts as inputs already, and is written whole at each step of a run.
        return {**props, "files": digests(props["files"]), "revision": uuid.uuid4().hex[:12]}


def digests(files: Mapping[str, str]) -> dict[str, str]:
    """Return by what the text of each file is known."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def packed(files: Mapping[str, str]) -> bytes:
    """Return an archive of ``files``, by name."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            data = content.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


def unpacked(data: bytes, mode: str, owner: str) -> Properties:
    """Return the files of an archive, and the mode and owner that differ from the wanted ones."""
    return _told(members(data), mode, owner)


def _told(there: Mapping[str, Entry], mode: str, owner: str) -> Properties:
    """Return the files that were read, and the mode and owner that differ from the wanted ones."""
    return {
        "files": {name: one.content for name, one in there.items()},
        "mode": _odd({mode, *(one.mode for one in there.values())}, mode),
        "owner": _odd({owner, *(one.owner for one in there.values())}, owner),
    }


def _odd(found: set[str], wanted: str) -> str:
    """Return what is wanted, or what some of the files have instead."""
    return ", ".join(sorted(found - {wanted})) or wanted


class HostFolder(Resource, module="tapal", name="HostFolder"):
    """Files of one folder on the host; other files there are left alone.

    Attributes:
        path: absolute path of the folder.
        files: the digest of each, by name relative to the folder.
        revision: changes at every write; what a restart is triggered by.
    """

    path: pulumi.Output[str]
    files: pulumi.Output[dict[str, str]]
    revision: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        path: str,
        files: Mapping[str, pulumi.Input[str]],
        mode: str = "0644",
        owner: str = "root:root",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the files.

        Args:
            name: the resource's name, unique in the stack.
            path: absolute path of the folder; another path replaces the resource.
            files: the whole text of each, by name relative to the folder; may be secrets.
            mode: four octal digits, of every file.
            owner: ``user:group`` of every file.
            opts: Pulumi's options.
        """
        properties: dict[str, Any] = {
            "path": path,
            "files": dict(files),
            "mode": mode,
            "owner": owner,
            "revision": None,
        }
        if any(isinstance(text, pulumi.Output) for text in files.values()):
            # One secret makes a secret of all of them, and their names are to be seen in a preview.
            properties["names"] = sorted(files)
        super().__init__(HostFolderProvider(), name, properties, opts)
