"""A dynamic resource with every method that one can have: a file on this machine."""

from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)


class FileProvider(ResourceProvider):
    """Creates, reads, compares, updates and deletes the file."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        failures = [] if news["path"] else [CheckFailure("path", "must not be empty")]
        return CheckResult(news, failures)

    def create(self, props: dict[str, Any]) -> CreateResult:
        Path(props["path"]).write_text(props["text"])
        return CreateResult(id_=props["path"], outs=dict(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        path = Path(id_)
        if not path.exists():
            return ReadResult(id_=None, outs={})
        return ReadResult(id_=id_, outs={**props, "text": path.read_text()})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        changed = [name for name in ("path", "text") if olds[name] != news[name]]
        return DiffResult(
            changes=bool(changed), replaces=[name for name in changed if name == "path"]
        )

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        Path(news["path"]).write_text(news["text"])
        return UpdateResult(outs=dict(news))

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        Path(id_).unlink(missing_ok=True)


class File(Resource):
    """The file, with its path and text."""

    def __init__(
        self, name: str, path: str, text: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(FileProvider(), name, {"path": path, "text": text}, opts)
