"""A file on the host as a resource: created, read back, compared, updated and deleted.

A dynamic provider over one shared SSH connection. Since ``read`` returns what is really there, a
hand edit shows as a line in ``pulumi preview`` and ``pulumi up`` repairs it. Files are written
whole: temporary file, validate command, fsync, rename (see ``host_file.sh``).

The module must keep its path: every stack's state refers to the provider class by module and name.
"""

import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, Resource, UpdateResult

from components.resources.host_provider import (
    FOLDERS,
    MISSING,
    HostProvider,
    Properties,
)

SCRIPT = FOLDERS + Path(__file__).with_name("host_file.sh").read_text(encoding="utf-8")


class HostFileProvider(HostProvider):
    """Reads and writes the file; runs in a process of its own, which the engine starts."""

    script = SCRIPT
    compared = ("content", "mode", "owner")

    def create(self, props: Properties) -> CreateResult:
        """Write the file; one that was there before is kept in /var/lib/tapal/before."""
        return CreateResult(id_=props["path"], outs=self._write(props, "new"))

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Write the file anew, with a new revision."""
        return UpdateResult(outs=self._write(news, "ours"))

    def look(self, id_: str, props: Properties) -> ReadResult:
        """Return the file as it is on the host, or no id when it is gone."""
        if known := self._known(id_):
            return self._there(id_, props, asdict(known))
        done = self._script(["read", id_])
        if done.status == MISSING:
            return ReadResult(id_=None, outs={})
        self._expect(done, id_, "read")
        head, _, content = done.stdout.partition(b"\n")
        mode, _, owner = head.decode().partition(" ")
        found = {
            "content": content.decode("utf-8", errors="replace"),
            "mode": mode.rjust(4, "0"),
            "owner": owner,
        }
        return self._there(id_, props, found)

    def delete(self, id_: str, props: Properties) -> None:
        """Delete the file, or put back what was there before it."""
        del props
        self._expect(self._script(["delete", id_]), id_, "delete")

    def _write(self, props: Properties, origin: str) -> Properties:
        argv = ["write", props["path"], props["mode"], props["owner"], props["validate"], origin]
        done = self._script(argv, props["content"].encode())
        self._expect(done, props["path"], "write")
        return {**props, "revision": uuid.uuid4().hex[:12]}


class HostFile(Resource, module="tapal", name="HostFile"):
    """One file on the host.

    Attributes:
        path: absolute path on the host.
        content: the text; may be a secret, and then stays one.
        revision: changes at every write; what a restart is triggered by.
    """

    path: pulumi.Output[str]
    content: pulumi.Output[str]
    revision: pulumi.Output[str]

    def __init__(
        self,
        *,
        path: str,
        content: pulumi.Input[str],
        mode: str = "0644",
        owner: str = "root:root",
        validate: str = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the file, which is called by its path.

        Another path is another resource, not a replacement: that would give no order against the
        deletion of the folder that the file lies in.

        Args:
            path: absolute path on the host.
            content: the whole text.
            mode: four octal digits.
            owner: ``user:group``, both existing on the host by the time of the write.
            validate: a command on the host that gets the new file's path as its last argument
                and fails if it must not be moved into place.
            opts: Pulumi's options.
        """
        properties: dict[str, Any] = {
            "path": path,
            "content": content,
            "mode": mode,
            "owner": owner,
            "validate": validate,
            "revision": None,
        }
        super().__init__(HostFileProvider(), f"file: {path}", properties, opts)
