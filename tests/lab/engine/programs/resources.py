"""The program of every case: one resource for each entry of resources.json, in order.

A value that JSON cannot say is an object with one member: ``secret`` (wrapped as one), ``text``,
``file`` and ``archive`` (assets), ``of`` (another resource's stdout).
"""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pulumi_command import local, remote

# Dynamic providers need a module of their own: this one's classes would be pickled by value.
File = importlib.import_module("file_resource").File
given = json.loads(Path("resources.json").read_text())
made: dict[str, pulumi.CustomResource] = {}
TYPES: dict[str, Any] = {
    "remote.Command": remote.Command,
    "remote.CopyToRemote": remote.CopyToRemote,
    "remote.CopyFile": remote.CopyFile,
    "local.Command": local.Command,
    "File": File,
}


MEANINGS: dict[str, Callable[[Any], object]] = {
    "secret": pulumi.Output.secret,
    "text": pulumi.StringAsset,
    "file": pulumi.FileAsset,
    "archive": pulumi.FileArchive,
    "of": lambda name: getattr(made[name], "stdout"),  # noqa: B009 - not all types have it
}


def value(said: object) -> object:
    if not isinstance(said, dict):
        return said
    if len(said) == 1 and (word := next(iter(said))) in MEANINGS:
        return MEANINGS[word](said[word])
    return {key: value(item) for key, item in said.items()}


def options(said: dict[str, Any]) -> pulumi.ResourceOptions:
    after = [made[name] for name in said.pop("depends_on", ())]
    return pulumi.ResourceOptions(depends_on=after, **said)


for name, entry in given["resources"].items():
    kind = TYPES[entry.pop("type", "remote.Command")]
    opts = options(entry.pop("opts", {}))
    arguments: dict[str, Any] = {key: value(item) for key, item in entry.items()}
    if "remote" in kind.__module__:
        arguments["connection"] = {**given["connection"], **arguments.get("connection", {})}
    made[name] = kind(name, opts=opts, **arguments)
    for output in ("stdout", "stderr"):
        if hasattr(made[name], output):
            pulumi.export(f"{name}.{output}", getattr(made[name], output))

for name, entry in given.get("runs", {}).items():
    given_to_run: dict[str, Any] = {key: value(item) for key, item in entry.items()}
    found = local.run_output(**given_to_run)
    pulumi.export(f"{name}.stdout", found.stdout)
    pulumi.export(f"{name}.stderr", found.stderr)
