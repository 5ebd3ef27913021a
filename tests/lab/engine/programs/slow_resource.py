"""A dynamic resource whose creation takes as long as it is told to."""

import time
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class SlowProvider(ResourceProvider):
    """Says that it has begun, and sleeps."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        Path(props["begun"]).touch()
        time.sleep(props["seconds"])
        return CreateResult(id_="slow", outs=dict(props))


class Slow(Resource):
    """Creates a file ``begun`` at once, and itself after so many seconds."""

    def __init__(
        self, name: str, begun: str, seconds: float, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(SlowProvider(), name, {"begun": begun, "seconds": seconds}, opts)
