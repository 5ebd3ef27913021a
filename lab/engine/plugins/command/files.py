"""Copies files and folders to another machine, by SFTP."""

import asyncio
import posixpath
import stat
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from lab.engine.plugins.command.connection import dial
from lab.engine.plugins.command.log import Log
from lab.engine.plugins.command.outcome import CommandError
from lab.engine.plugins.values import Properties, members, text


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is copied: a text, or a path on this machine (a file or a folder)."""

    path: str = ""
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of one source to one remote path."""

    source: Source
    remote_path: str
    connection: Properties
    log: Log
    cancelled: asyncio.Event

    async def run(self) -> None:
        """Copy; files are written in place, folders are merged into what is there.

        Raises:
            CommandError: no connection, nothing to copy, or the far end refused.
        """
        if self.source.text is None and not Path(self.source.path).exists():
            raise CommandError(f"open {self.source.path}: no such file or directory")
        connection = await dial(self.connection, log=self.log, cancelled=self.cancelled)
        async with connection, connection.start_sftp_client() as sftp:
            try:
                await self._copy(sftp)
            except asyncssh.SFTPError as error:
                message = f"failed to copy to remote path {self.remote_path}: {error.reason}"
                raise CommandError(message) from error

    async def _copy(self, sftp: asyncssh.SFTPClient) -> None:
        kind = await _kind(sftp, self.remote_path)
        if self.source.text is not None:
            await self._copy_text(sftp, self.source.text, kind)
        elif Path(self.source.path).is_dir():
            await self._copy_folder(sftp, kind)
        else:
            place = self.remote_path
            if kind == "folder":
                place = posixpath.join(place, Path(self.source.path).name)
            await _write(sftp, place, Path(self.source.path).read_bytes())

    async def _copy_text(self, sftp: asyncssh.SFTPClient, content: str, kind: str) -> None:
        if kind == "folder":
            raise CommandError(
                f"remote path {self.remote_path} is a directory; when using a text asset, "
                "remotePath must be a file path"
            )
        await _write(sftp, self.remote_path, content.encode())

    async def _copy_folder(self, sftp: asyncssh.SFTPClient, kind: str) -> None:
        """Copy ``dir`` into the remote folder; of ``dir/`` only what is in it."""
        root = Path(self.source.path)
        place = self.remote_path
        if kind == "file":
            raise CommandError(f"remote path {place} exists but is not a directory")
        if not self.source.path.endswith("/"):
            place = posixpath.join(place, root.name)
        await _make_folder(sftp, place)
        for path in sorted(root.rglob("*")):
            there = posixpath.join(place, path.relative_to(root).as_posix())
            if path.is_dir():
                await _make_folder(sftp, there)
            else:
                await _write(sftp, there, path.read_bytes())


def source_of(properties: Properties) -> Source:
    """Return the source that ``source`` (an asset or archive) or ``localPath`` names."""
    if "localPath" in properties:
        return Source(path=text(properties, "localPath"))
    asset = members(properties.get("source"))
    if asset.get("path"):
        return Source(path=text(asset, "path"))
    return Source(text=text(asset, "text"))


async def _kind(sftp: asyncssh.SFTPClient, path: str) -> str:
    """Return what is at ``path``: ``folder``, ``file``, or empty for nothing."""
    try:
        found = await sftp.stat(path)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return ""
    return "folder" if stat.S_ISDIR(found.permissions or 0) else "file"


async def _make_folder(sftp: asyncssh.SFTPClient, path: str) -> None:
    if await _kind(sftp, path) == "file":
        raise CommandError(f"remote path {path} exists but is not a directory")
    await sftp.makedirs(path, exist_ok=True)


async def _write(sftp: asyncssh.SFTPClient, path: str, content: bytes) -> None:
    parent = posixpath.dirname(path)
    if parent:
        await sftp.makedirs(parent, exist_ok=True)
    async with sftp.open(path, "wb") as file:
        await file.write(content)
