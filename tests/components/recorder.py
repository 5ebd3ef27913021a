"""Runs the program's components under Pulumi's mocks and keeps what they declared."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

SECRET = "4dabf18193072939515e22adb298388d"
SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One resource as the engine would see it."""

    type: str
    name: str
    inputs: dict[str, Any]
    opts: pulumi.ResourceOptions = field(default_factory=pulumi.ResourceOptions)

    def plain(self, key: str) -> Any:  # noqa: ANN401 - whatever the input is
        """Return the input ``key`` without its secret wrapping."""
        value = self.inputs[key]
        return value["value"] if is_secret(value) else value


def is_secret(value: object) -> bool:
    """Return whether an input reached the engine as a secret."""
    return isinstance(value, dict) and value.get(SECRET) == SECRET_VALUE


class Recorder(Mocks):
    """Answers as the providers would, and keeps every declaration in order."""

    def __init__(self) -> None:
        self.resources: list[Declared] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Keep the declaration; compute what dynamic providers would."""
        inputs = dict(args.inputs)
        self.resources.append(Declared(type=args.typ, name=args.name, inputs=inputs))
        plain = {k: v["value"] if is_secret(v) else v for k, v in inputs.items()}
        return f"{args.name}-id", {**plain, **_outputs(args.typ, args.name, plain)}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        """Answer the look-up of a zone."""
        return {"zoneId": f"zone-of-{args.args['filter']['name']}"}

    def of_type(self, kind: str) -> list[Declared]:
        """Return the declarations whose type token ends in ``kind``."""
        return [item for item in self.resources if item.type.endswith(kind)]

    def named(self, name: str) -> Declared:
        """Return the one declaration called ``name``.

        Raises:
            KeyError: there is none, or more than one.
        """
        found = [item for item in self.resources if item.name == name]
        if len(found) != 1:
            known = ", ".join(sorted(item.name for item in self.resources))
            raise KeyError(f"{name}: {len(found)} of that name among {known}")
        return found[0]

    def file(self, path: str) -> Declared:
        """Return the host file at ``path``."""
        found = [item for item in self.of_type("HostFile") if item.inputs["path"] == path]
        assert len(found) == 1, f"{path}: {[item.inputs['path'] for item in self.of_type('HostFile')]}"
        return found[0]

    def records(self, kind: str | None = None) -> list[tuple[str, str, Any]]:
        """Return ``(name, type, content)`` of every DNS record, of type ``kind`` if given."""
        found = [
            (item.inputs["name"], item.inputs["type"], item.plain("content"))
            for item in self.of_type("DnsRecord")
        ]
        return [record for record in found if kind in (None, record[1])]


def _outputs(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    if kind.endswith("HostFile"):
        return {"revision": f"revision-of-{name}"}
    if kind.endswith("DkimKey"):
        return {"private_pem": f"PEM-{name}", "record": f"v=DKIM1; k={inputs['algorithm']}; p={name}"}
    if kind.endswith("Account"):
        given = inputs.get("given") or f"generated-{name}"
        return {"password": given, "salt": "c2FsdA==", "hash": "aGFzaA=="}
    if kind.endswith("remote:Command"):
        return {"stdout": f"stdout-of-{name}", "stderr": ""}
    return {}


def run(program: Callable[[], object], config: dict[str, str] | None = None) -> Recorder:
    """Run ``program`` to its end under mocks and return the record."""
    recorder = Recorder()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_all_config(config or {}, [])
        pulumi.runtime.set_mocks(recorder, project="tapal", stack="test", preview=False)
        pulumi.runtime.test(program)()
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    return recorder


def component_classes(modules: Iterator[object]) -> list[type[pulumi.ComponentResource]]:
    """Return the component classes that ``modules`` define."""
    return [
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, pulumi.ComponentResource)
        and found.__module__ == getattr(module, "__name__", "")
    ]
