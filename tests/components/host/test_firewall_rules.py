"""The firewall's rules, judged by nft itself."""

import subprocess

import pytest

from tests.components.host.test_firewall import rules


@pytest.mark.parametrize(
    "changes", [{}, {"openOutgoing": [22, "udp/51820"]}, {"openPorts": [8443, "51820/udp"]}]
)
def test_nft_takes_them(changes: dict[str, object]) -> None:
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "nft", "-c", "-f", "-"],
        input=rules(**changes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
