"""`perilune windows`: a scan that was stopped goes on where it stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import PERILUNE, Done, names, perilune
from test_windows_cli import OUTPUTS, untimed

SCAN = ["windows", "change-5", "--from", "2020-11-15", "--to", "2020-11-25", "--no-report",
        "--json", "--set", "windows.flight_time_h=[116,116]",
        "--set", "windows.max_total_dv_m_s=3919"]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Done:
    done = perilune(*SCAN, "-o", tmp_path_factory.mktemp("whole"))
    assert done.status == 0
    assert "going on" not in done.err
    return done


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_scan_goes_on_where_it_stopped(
    tmp_path: Path, whole: Done, how: signal.Signals
) -> None:
    with subprocess.Popen([*PERILUNE, *SCAN, "-o", str(tmp_path)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(b"1 of 2 parts done"):
                break
        process.send_signal(how)
        out, err = process.communicate(timeout=60)
    assert process.returncode == (130 if how is signal.SIGINT else -how)
    assert out == b""
    assert b"Traceback" not in err
    assert names(tmp_path) == [".scan-parts"]
    again = perilune(*SCAN, "-o", tmp_path)
    assert "going on: 1 of 2 parts were done before ..." in again.err
    assert names(tmp_path) == [name for name in OUTPUTS if name != "windows.html"]
    assert untimed(again.data) == untimed(whole.data)


def test_parts_of_another_scan_are_not_used(tmp_path: Path, whole: Done) -> None:
    parts = tmp_path / ".scan-parts"
    parts.mkdir()
    (parts / "job.json").write_text('{"fingerprint": "of another"}')
    (parts / "part-000000.npz").write_bytes(b"nothing of ours")
    done = perilune(*SCAN, "-o", tmp_path)
    assert "going on" not in done.err
    assert untimed(done.data) == untimed(whole.data)
    assert ".scan-parts" not in names(tmp_path)
