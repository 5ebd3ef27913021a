"""The program of every case: one file for each entry of resources.json, in order.

A text that is to be a secret is an object with one member, ``secret``.
"""

import importlib
import json
from pathlib import Path

import pulumi

# Dynamic providers need a module of their own: this one's classes would be pickled by value.
File = importlib.import_module("file_resource").File

for name, entry in json.loads(Path("resources.json").read_text()).items():
    text = entry["text"]
    if isinstance(text, dict):
        text = pulumi.Output.secret(text["secret"])
    File(name, path=entry["path"], text=text)
