"""The confinement of chasquid's unit, judged by systemd itself."""

import os
import shutil
import subprocess
from pathlib import Path

from mail.chasquid import hardening


def test_exposure_is_low(chasquid_folder: Path, tmp_path: Path) -> None:
    """1.4, together with what Debian's package ships; the goal is 1.5, and that alone has 9."""
    for part in (chasquid_folder / "usr/lib/systemd/system").iterdir():
        shutil.copy(part, tmp_path)
    plain = exposure(tmp_path, 100)
    assert "UNSAFE" in plain.stdout
    drop_in = tmp_path / Path(hardening.drop_in_path()).parent.name
    drop_in.mkdir()
    (drop_in / "tapal.conf").write_text(hardening.drop_in())
    judged = exposure(tmp_path, 14)
    assert judged.returncode == 0, judged.stdout[-200:] + judged.stderr
    assert not judged.stderr, "a setting that systemd does not know"


def exposure(folder: Path, threshold: int) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    command += [f"--threshold={threshold}", str(folder / "chasquid.service")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)


def test_the_filter_lets_chown_fail_instead_of_killing() -> None:
    lines = hardening.drop_in().splitlines()
    filters = [line for line in lines if line.startswith("SystemCallFilter=")]
    assert filters[-1] == "SystemCallFilter=@chown"
    assert "SystemCallErrorNumber=EPERM" in lines
    assert "StartLimitIntervalSec=0" in lines
    assert hardening.drop_in_path() == "/etc/systemd/system/chasquid.service.d/tapal.conf"


def test_each_start_notes_which_files_it_reads_and_starts_without_that_too() -> None:
    # "-": it may fail, where the program was taken away; "+": outside the confinement.
    step = "/usr/local/lib/tapal/steps/chasquid-start.sh"
    assert f"ExecStartPre=-+/bin/bash {step} record\n" in hardening.drop_in()


def test_its_processors_are_counted_at_each_start_and_it_starts_without(tmp_path: Path) -> None:
    settings = dict(line.split("=", 1) for line in hardening.drop_in().splitlines() if "=" in line)
    place = f"/run/{settings['RuntimeDirectory']}/environment"
    assert settings["EnvironmentFile"] == f"-{place}"
    before = [line for line in hardening.drop_in().splitlines() if "ExecStartPre=" in line]
    (command,) = (line for line in before if line.startswith("ExecStartPre=-/bin/sh -c '"))
    # As systemd reads it: "$$" is a "$".
    script = command.split("'")[1].replace("$$", "$").replace(place, str(tmp_path / "environment"))
    all_ = sorted(os.sched_getaffinity(0))
    for processors in (all_[:1], all_):
        listed = ",".join(map(str, processors))
        subprocess.run(["taskset", "-c", listed, "sh", "-c", script], check=True)
        written = (tmp_path / "environment").read_text()
        assert written == f"GOMAXPROCS={2 * len(processors)}\n"
