"""The notebooks of the documentation run, and come to what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parent.parent / "docs" / "notebooks"

_RUN = """
import sys, nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
book.cells.append(nbformat.v4.new_code_cell(sys.argv[2]))
NotebookClient(book, kernel_name="python3", timeout=600,
               resources={"metadata": {"path": sys.argv[3]}}).execute()
nbformat.write(book, sys.argv[3] + "/executed.ipynb")
"""  # in a process of its own: what the kernel's client warns of is not ours


def _read(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def _executed(name: str, told: str, folder: Path) -> tuple[Any, dict[str, Any]]:
    """Return the executed notebook, and the values that `told` (a dict display) comes to."""
    ask = f"import json; print(json.dumps({{{told}}}, default=float))"
    path = str(NOTEBOOKS / name)
    made = subprocess.run(
        [sys.executable, "-c", _RUN, path, ask, str(folder)], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr[-3000:]
    book = nbformat.read(folder / "executed.ipynb", as_version=4)
    return book, json.loads(book.cells[-1].outputs[0].text)


@cache
def _names() -> list[str]:
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("name", _names())
def test_notebooks_are_kept_without_outputs(name: str) -> None:
    cells = [cell for cell in _read(name).cells if cell.cell_type == "code"]
    assert cells
    assert not [cell.id for cell in cells if cell.outputs or cell.execution_count]


def _cards(book: Any) -> list[str]:
    """Return the results shown as HTML; also hold that no cell printed an error."""
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.get("name") == "stderr"]
    found = [out.data.get("text/html", "") for out in outputs if "data" in out]
    return [text for text in found if 'class="perilune"' in text]


def test_the_lunar_mission(tmp_path: Path) -> None:
    told = """
        "closes": flight.closes, "burns_n": len(burns), "by_hours": by_hours,
        "place_deg": [latitude_deg, longitude_deg], "feasible_n": found.feasible_n,
        "arrival_km": turning.r_km[-1].tolist(), "flown": flown_dv, "found": found_dv,
        "later_min": later_min.tolist()"""
    book, values = _executed("lunar-mission.ipynb", told, tmp_path)
    assert values["closes"]
    assert values["burns_n"] == len(values["found"]) == 4
    assert values["found"] == pytest.approx(values["flown"], rel=0.01)
    assert values["place_deg"] == pytest.approx([44.1214, -19.5116], abs=0.003)
    assert values["feasible_n"] > 0
    x, y, _ = values["arrival_km"]  # the Moon is on the axis of x; it comes from beside it
    assert x == pytest.approx(370_000, abs=20_000)
    assert abs(y) < 5000
    assert all(5_000 < dv < 7_000 for dv in values["by_hours"].values())
    assert len(set(values["by_hours"].values())) == 3
    assert max(map(abs, values["later_min"])) < 60.0
    cards = _cards(book)
    assert len(cards) == 7
    assert "Closes: all" in cards[1]


def test_the_partnership(tmp_path: Path) -> None:
    told = """
        "verdicts": {each.name: each.verdict for each in compared.outcomes},
        "physics": {each.name: each.document["physics"] for each in compared.outcomes},
        "law": {each.name: each.document["law"] for each in again.outcomes},
        "reflown_n": again.reflown_n, "margins": missions.margin_kg.tolist(),
        "dates": missions.launch_date_p50.tolist(), "sites": sites.site.tolist(),
        "best": access.document["best_inclination_deg"],
        "saved": [path.name for path in compared.save("saved")]"""
    book, values = _executed("partnership.ipynb", told, tmp_path)
    assert values["verdicts"]["alone"] == "does_not_close"
    assert values["verdicts"]["together"] == "unknown"
    assert values["physics"]["together"] == "closes"
    assert values["law"]["together"] in ("permitted", "needs_approval")
    assert values["reflown_n"] == 0
    assert values["margins"][1] == pytest.approx(values["margins"][0] - 12.4, abs=0.1)
    assert values["margins"][2] > 0.0
    assert values["dates"] == sorted(values["dates"])
    assert {"wenchang-lc101", "baikonur-1-5"} <= set(values["sites"])
    assert values["saved"] == ["study.json", "variants.csv", "missions.csv", "study.html"]
    head = (tmp_path / "saved" / "missions.csv").read_text("utf-8").splitlines()[0]
    assert "margin_kg,margin_of,dv_m_s,planned,launch_date_p10,launch_date_p50" in head
    assert 28.0 < values["best"]["fairest"] < 60.0
    cards = _cards(book)
    assert len(cards) == 2
    assert "1 closes in physics" in cards[0]
