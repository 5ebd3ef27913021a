"""One API for all tests of this folder, emptied before each."""

from collections.abc import Iterator

import httpx
import pytest

from lab import plan
from tests.lab.cloudflare.process import Api, Process


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = Process(tmp_path_factory.mktemp("api") / "state.json")
    yield process.start()
    assert process.stop() == 0


@pytest.fixture
def api(url: str) -> Iterator[Api]:
    """The API with empty zones, no fault, nothing counted."""
    headers = {"Authorization": f"Bearer {plan.API_TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as client:
        client.delete("/lab/fail")
        found = Api(client=client)
        for record in client.get(f"{found.zone}/dns_records").json()["result"]:
            client.delete(f"{found.zone}/dns_records/{record['id']}")
        client.delete("/lab/requests")
        yield found
