"""A project whose program is data (programs/dns.py), and the API that its records go to."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from lab import plan
from tests.lab.cloudflare.process import ZONE, Api, Process
from tests.lab.engine.harness import Project, Result

PROGRAMS = Path(__file__).parent / "programs"
Arguments = Mapping[str, object]
Records = Mapping[str, Arguments]


@dataclass(frozen=True, kw_only=True)
class Dns:
    """A project with ``options.refresh: always``, as the real one has it, and its API."""

    project: Project
    api: Api

    def up(self, records: Records, *flags: str, zone: str = ZONE) -> Result:
        """Run ``pulumi up`` for exactly these records; ``zone`` is looked up first."""
        self._write(records, zone)
        return self.project.up(*flags)

    def up_with_sdk(self) -> Result:
        """Run ``pulumi up`` for the program that uses the SDK."""
        self.project.write("__main__.py", (PROGRAMS / "dns_sdk.py").read_text())
        return self.project.up()

    def preview(self, records: Records, *flags: str) -> Result:
        """Run ``pulumi preview`` for exactly these records."""
        self._write(records, ZONE)
        return self.project.preview(*flags)

    def writes(self) -> list[str]:
        """Return the writing requests since the last call, as ``METHOD status``."""
        seen = self.api.client.get("/lab/requests").json()["requests"]
        self.api.client.delete("/lab/requests")
        return [f"{one['method']} {one['status']}" for one in seen if one["method"] != "GET"]

    def served(self, **query: str) -> list[dict[str, object]]:
        """Return the records that the API has in ``tapal.test``."""
        found = self.api.client.get(f"{self.api.zone}/dns_records", params=query).json()["result"]
        assert isinstance(found, list)
        return found

    def told(self, **arguments: object) -> None:
        """Tell the API how to fail (``lab.cloudflare.faults.Fault``), or with nothing not to."""
        method = "POST" if arguments else "DELETE"
        self.api.client.request(method, "/lab/fail", json=arguments or None).raise_for_status()

    def changed(self, identifier: str, **arguments: object) -> None:
        """Change a record behind the program's back; with nothing to change, remove it."""
        path = f"{self.api.zone}/dns_records/{identifier}"
        method = "PATCH" if arguments else "DELETE"
        self.api.client.request(method, path, json=arguments or None).raise_for_status()

    def foreign(self, **arguments: object) -> str:
        """Make a record behind the program's back and return its id."""
        identifier = self.api.made(**arguments)["id"]
        assert isinstance(identifier, str)
        return identifier

    def _write(self, records: Records, zone: str) -> None:
        self.project.write("__main__.py", (PROGRAMS / "dns.py").read_text())
        self.project.write("records.json", json.dumps({"records": records, "zone": zone}))


@contextmanager
def started(folder: Path) -> Iterator[Dns]:
    """Start an API and make a project whose configuration names it, as a user's would."""
    process = Process(folder / "api.json")
    url = process.start()
    try:
        project = Project(folder, options={"refresh": "always"})
        project.set_config("cloudflare:baseUrl", f"{url}/client/v4")
        project.set_config("cloudflare:apiToken", plan.API_TOKEN, secret=True)
        headers = {"Authorization": f"Bearer {plan.API_TOKEN}"}
        with httpx.Client(base_url=url, headers=headers, timeout=10) as client:
            yield Dns(project=project, api=Api(client=client))
    finally:
        process.stop()
