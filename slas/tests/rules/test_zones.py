"""The data of time zones are those of the pinned package, on every machine and in every process."""

import importlib.resources
import json
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path

import tzdata

from slas.rules.zones import zone_of
from slas.services.public_holidays import data_versions

ROOT = Path(__file__).resolve().parents[3]
STORY = {
    "id": "winter in Copenhagen",
    "terms": {
        "window_seconds": 3600,
        "hours": "business",
        "counts": "attempt",
        "warn_share": 1,
        "late_entry_grace_seconds": 0,
        "pause_reasons": [],
        "pause_cap_seconds": None,
        "acceptance_seconds": None,
        "depth": None,
    },
    "calendar": {
        "tz": "Europe/Copenhagen",
        "week": {"mon": [["09:00", "17:00"]]},
        "holidays": [],
        "special": {},
    },
    "events": [{"type": "handed_over", "at": "2026-11-23T00:00:00Z"}],
    "as_of": "2026-11-23T00:00:00Z",
}


def _packaged(*path):
    return importlib.resources.files("tzdata.zoneinfo").joinpath(*path).read_bytes()


def test_a_verdict_is_the_same_whatever_zone_data_the_system_has(tmp_path):
    """A system on which Copenhagen lies in Japan judges as all others do."""
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Copenhagen").write_bytes(_packaged("Asia", "Tokyo"))
    environment = os.environ | {"PYTHONTZPATH": str(tmp_path), "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "manage.py", "judge", "-"]
    line = json.dumps(STORY).encode()
    done = subprocess.run(command, cwd=ROOT, input=line, env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout)["deadline"] == "2026-11-23T09:00:00Z"


def test_no_path_of_the_system_is_searched():
    assert zoneinfo.TZPATH == ()
    assert zone_of("Africa/Casablanca") is zoneinfo.ZoneInfo("Africa/Casablanca")
    assert "Europe/Copenhagen" in zoneinfo.available_timezones()


def test_the_release_frozen_with_terms_is_that_of_the_data_in_use():
    assert data_versions()["tzdata"] == tzdata.__version__
