"""The gate's units, judged by systemd itself."""

import subprocess
from pathlib import Path

from components.gate.gate import FOLDER

UNITS = ("tapal-gate.service", "tapal-gate.socket")


def test_exposure_is_low(tmp_path: Path) -> None:
    """0.2, where the goal is 1.5."""
    for name in UNITS:
        (tmp_path / name).write_text((FOLDER / name).read_text())
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=5"]
    judged = subprocess.run(
        [*command, str(tmp_path / UNITS[0])],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert judged.returncode == 0, judged.stdout[-300:] + judged.stderr
    assert not judged.stderr, "a setting that systemd does not know"
