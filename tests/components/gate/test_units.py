"""The gate's units, judged by systemd itself."""

import subprocess
from pathlib import Path

import pytest

from components.gate.gate import FOLDER

UNITS = sorted(path.name for path in FOLDER.glob("tapal-*.*"))
# systemd's measure of exposure, in tenths: what needs root's rights is allowed more.
LEVELS = {
    "tapal-gate.service": 5,
    "tapal-gate-sign.service": 5,
    "tapal-gate-post.service": 10,
    "tapal-door.service": 20,
    "tapal-gate-deny.service": 25,
}


def test_all_services_are_judged() -> None:
    assert {name for name in UNITS if name.endswith(".service")} == LEVELS.keys()


@pytest.mark.parametrize("unit", LEVELS)
def test_exposure_is_low(tmp_path: Path, unit: str) -> None:
    """0.2 for the gate itself, where the goal is 1.5."""
    for name in UNITS:
        (tmp_path / name).write_text((FOLDER / name).read_text())
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    judged = subprocess.run(
        [*command, f"--threshold={LEVELS[unit]}", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert judged.returncode == 0, judged.stdout[-300:] + judged.stderr
    assert not judged.stderr, "a setting that systemd does not know"
