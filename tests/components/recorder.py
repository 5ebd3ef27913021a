"""Runs the program under Pulumi's mocks and keeps what it declared: types, inputs, order."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2

SECRET = "4dabf18193072939515e22adb298388d"
SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270"


def is_secret(value: object) -> bool:
    """Return whether an input reached the engine as a secret."""
    return isinstance(value, dict) and value.get(SECRET) == SECRET_VALUE


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One resource as the engine would see it."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    dependencies: frozenset[str]
    protect: bool
    secret_outputs: frozenset[str]
    version: str
    imported: str
    retained: bool
    traced: bool

    def plain(self, key: str) -> Any:  # noqa: ANN401 - whatever the input is
        """Return the input ``key`` without its secret wrapping."""
        value = self.inputs[key]
        return value["value"] if is_secret(value) else value

    def paths(self) -> dict[str, Any]:
        """Return the content of each file that it writes on the host, by path."""
        if self.type.endswith("HostFile"):
            return {self.inputs["path"]: self.inputs["content"]}
        if self.type.endswith("HostFolder"):
            folder, files = self.inputs["path"], self.inputs["files"]
            # One secret among them makes a secret of all.
            hidden = {SECRET: SECRET_VALUE} if is_secret(files) else {}
            return {
                f"{folder}/{name}": {**hidden, "value": one} if hidden else one
                for name, one in self.plain("files").items()
            }
        return {}


@dataclass(frozen=True, kw_only=True)
class World:
    """What is there before the program runs.

    Attributes:
        stacks: outputs of other stacks, by complete name.
        records: what zones hold, by their names, as the provider's look-up gives it.
        refused: zones that cannot be looked up, and what is said then.
        state: the stack's own resources, by URN: ``type`` and ``outputs``.
    """

    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)


class _Providers(Mocks):
    """Computes what the real providers would."""

    def __init__(self, world: World) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}
        self._world = world

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.inputs[args.name + args.typ] = dict(args.inputs)
        plain = {k: v["value"] if is_secret(v) else v for k, v in args.inputs.items()}
        return f"{args.name}-id", {**plain, **_outputs(args.typ, args.name, plain)}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token == "pulumi:pulumi:readStackOutputs":
            stack = args.args["name"]
            if stack not in self._world.stacks:
                return {}, [("", f'unknown stack "{stack}"')]
            return {"name": stack, "outputs": self._world.stacks[stack]}, []
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            return {"name": args.args["stackName"], "outputs": self._world.state}, []
        if args.token.endswith(":getDnsRecords"):
            zone = args.args["zoneId"].removeprefix("zone-of-")
            return {"results": self._world.records.get(zone, [])}, []
        zone = args.args["filter"]["name"]
        if zone in self._world.refused:
            return {}, [("", self._world.refused[zone])]
        return {"zoneId": f"zone-of-{zone}"}, []


def _outputs(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    if kind.endswith(("HostFile", "HostFolder", "HostStep")):
        return {"revision": f"revision-of-{name}"}
    if kind.endswith("DkimKey"):
        record = f"v=DKIM1; k={inputs['algorithm']}; p={name}"
        return {"private_pem": f"PEM-of-{name}", "record": record}
    if kind.endswith("Account"):
        given = inputs.get("given") or f"generated-for-{name}"
        return {"password": given, "salt": "c2FsdA==", "hash": "aGFzaA=="}
    return {}


class _Monitor(MockMonitor):
    def __init__(self, providers: _Providers, record: "Record") -> None:
        super().__init__(providers)
        self._providers = providers
        self._record = record

    def RegisterResource(  # noqa: N802 - gRPC's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        response: resource_pb2.RegisterResourceResponse
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self._record.add(
                Declared(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    inputs=self._providers.inputs[request.name + request.type],
                    parent=request.parent,
                    dependencies=frozenset(request.dependencies),
                    protect=request.protect,
                    secret_outputs=frozenset(request.additionalSecretOutputs),
                    version=request.version,
                    imported=request.importId,
                    retained=request.retainOnDelete,
                    traced=bool(request.stackTrace.frames or request.sourcePosition.uri),
                )
            )
        return response

    def RegisterResourceOutputs(  # noqa: N802 - gRPC's name
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        self._record.outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call,no-any-return]


class Record:
    """What a program declared, with the questions that tests ask.

    Attributes:
        resources: in the order of their registration.
        outputs: what components told of themselves, by URN.
    """

    def __init__(self) -> None:
        self.resources: list[Declared] = []
        self.outputs: dict[str, dict[str, Any]] = {}
        self._by_urn: dict[str, Declared] = {}

    def add(self, declared: Declared) -> None:
        """Take note of one more declaration."""
        self.resources.append(declared)
        self._by_urn[declared.urn] = declared

    def of_type(self, kind: str) -> list[Declared]:
        """Return the declarations whose type token ends in ``kind``."""
        return [item for item in self.resources if item.type.endswith(kind)]

    def named(self, name: str, kind: str = "") -> Declared:
        """Return the one declaration called ``name`` (of a type that ends in ``kind``)."""
        found = [item for item in self.of_type(kind) if item.name == name]
        known = ", ".join(sorted(item.name for item in self.resources))
        assert len(found) == 1, f"{name}: {len(found)} of that name among {known}"
        return found[0]

    def file(self, path: str) -> Declared:
        """Return the resource that writes the host file at ``path``: a file or a folder's files."""
        found = [item for item in self.resources if path in item.paths()]
        assert len(found) == 1, f"{path} is not among {[item.paths() for item in self.resources]}"
        return found[0]

    def records(self, kind: str = "") -> list[tuple[str, str, Any]]:
        """Return ``(name, type, content)`` of every DNS record (of type ``kind``)."""
        return [
            (item.inputs["name"], item.inputs["type"], item.plain("content"))
            for item in self.of_type("DnsRecord")
            if item.inputs["type"].endswith(kind)
        ]

    def comes_after(self, later: Declared, earlier: Declared) -> bool:
        """Return whether ``later`` waits for ``earlier``, directly or through others.

        A child waits for what its component waits for: it is registered after its parent, and
        deleted before it.
        """
        seen: set[str] = set()
        pending = [later.urn]
        while pending:
            urn = pending.pop()
            if urn == earlier.urn:
                return True
            if urn not in seen and urn in self._by_urn:
                seen.add(urn)
                pending += [*self._by_urn[urn].dependencies, self._by_urn[urn].parent]
        return False


class _Workers(ThreadPoolExecutor):
    """Threads for the SDK's mock monitor, which opens an event loop in each and closes none."""

    def __init__(self) -> None:
        super().__init__(initializer=self._open)
        self._loops: list[asyncio.AbstractEventLoop] = []

    def _open(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._loops.append(loop)

    def close(self) -> None:
        """End the threads and close their loops."""
        self.shutdown()
        for loop in self._loops:
            loop.close()


def run(
    program: Callable[[], object],
    config: dict[str, str] | None = None,
    secrets: tuple[str, ...] = (),
    *,
    preview: bool = False,
    world: World | None = None,
) -> Record:
    """Run ``program`` to its end on a loop of its own and return the record.

    Args:
        program: what a stack's program does.
        config: complete keys and their texts.
        secrets: which of them are secret.
        preview: whether it is one.
        world: what is there before.
    """
    record = Record()
    providers = _Providers(world or World())
    loop, workers = asyncio.new_event_loop(), _Workers()
    loop.set_default_executor(workers)
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_all_config(config or {}, list(secrets))
        monitor = _Monitor(providers, record)
        pulumi.runtime.set_mocks(
            providers,
            project="tapal",
            stack="test",
            preview=preview,
            monitor=monitor,
            organization="organization",
        )
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    finally:
        workers.close()
        loop.close()
        asyncio.set_event_loop(None)
    return record
