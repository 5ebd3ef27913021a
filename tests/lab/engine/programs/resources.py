"""The program of every case: one resource for each entry of resources.json, in order.

A value that JSON cannot say is an object with one member: ``secret`` (wrapped as one) or ``of``
(another resource's stdout).
"""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pulumi_command import remote

# Dynamic providers need a module of their own: this one's classes would be pickled by value.
File = importlib.import_module("file_resource").File
given = json.loads(Path("resources.json").read_text())
made: dict[str, Any] = {}
MEANINGS: dict[str, Callable[[Any], object]] = {
    "secret": pulumi.Output.secret,
    "of": lambda name: made[name].stdout,
}


def value(said: object) -> object:
    if not isinstance(said, dict):
        return said
    if len(said) == 1 and (word := next(iter(said))) in MEANINGS:
        return MEANINGS[word](said[word])
    return {key: value(item) for key, item in said.items()}


for name, entry in given["resources"].items():
    opts = pulumi.ResourceOptions(**entry.pop("opts", {}))
    if entry.pop("type", "") == "File":
        made[name] = File(name, opts=opts, **entry)
        continue
    arguments: dict[str, Any] = {key: value(item) for key, item in entry.items()}
    arguments["connection"] = {**given["connection"], **arguments.get("connection", {})}
    made[name] = remote.Command(name, opts=opts, **arguments)
    pulumi.export(f"{name}.stdout", made[name].stdout)
    pulumi.export(f"{name}.stderr", made[name].stderr)
