"""The API as a process of its own, on a loopback port that the system chooses."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from lab.cloudflare.json_types import JsonObject
from lab.cloudflare.store import zone_id

ZONE = "tapal.test"


@dataclass(frozen=True, kw_only=True)
class Api:
    """A client of the running API; ``zone`` is the path of ``tapal.test``."""

    client: httpx.Client
    zone: str = f"/client/v4/zones/{zone_id(ZONE)}"

    def post(self, **body: object) -> httpx.Response:
        return self.client.post(f"{self.zone}/dns_records", json=body)

    def made(self, **body: object) -> dict[str, object]:
        answer = self.post(**body)
        assert answer.status_code == 200, answer.text
        result = answer.json()["result"]
        assert isinstance(result, dict)
        return result

    def names(self, **query: str) -> list[str]:
        answer = self.client.get(f"{self.zone}/dns_records", params=query)
        return [record["name"].removesuffix(f".{ZONE}") for record in answer.json()["result"]]


class Process:
    """``python -m lab.cloudflare`` with a state file; ``url`` is known once it has started."""

    def __init__(self, state: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", "lab.cloudflare", "--listen", "127.0.0.1:0"]
        self._command += ["--state", str(state), "--zones", f"{ZONE},second.test", *options]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"listens on (\S+)", line)
        assert found, line
        return f"http://{found[1]}"

    def stop(self, *, kill: bool = False) -> int:
        assert self._process is not None
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        self._process.communicate(timeout=10)
        return self._process.returncode


def errors(answer: httpx.Response) -> list[tuple[int, str]]:
    """Return the answer's errors as (code, message), having checked its envelope."""
    body: JsonObject = answer.json()
    assert (body["success"], body["result"]) == (False, None)
    return [(error["code"], error["message"]) for error in answer.json()["errors"]]
