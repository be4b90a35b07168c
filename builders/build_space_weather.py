"""Build the table of space weather of ``perilune.stations``: daily F10.7 and Ap since 1957.

Source: the table inside heyoka (CelesTrak's compilation: F10.7 observed, of Ottawa and Penticton,
National Research Council Canada; Ap of GFZ Potsdam, CC BY 4.0), values at midnight as heyoka gives
them: F10.7 between the noons on both sides, Ap the mean of the two days. Predicted days, after the
table's own date, are left out. Run::

    uv run python builders/build_space_weather.py

Our own copy, so that a result does not move with the version of heyoka that is installed, and
exists where heyoka has no wheel.
"""

from __future__ import annotations

from datetime import date

import heyoka
import numpy as np

OUTPUT = "src/perilune/stations/data/space_weather.npz"
_MJD_0 = date(1858, 11, 17)


def main() -> None:
    """Read, cut, write."""
    data = heyoka.sw_data()
    made = date(*(int(part) for part in data.timestamp.split("_")[:3]))
    table = data.table
    table = table[table["mjd"] < (made - _MJD_0).days]
    steps = np.diff(table["mjd"])
    assert np.all(steps == 1.0), "a day is missing"
    np.savez_compressed(
        OUTPUT,
        first_mjd=np.int64(table["mjd"][0]),
        tenths_f107=np.round(10.0 * table["f107"]).astype(np.int16),
        tenths_mean=np.round(10.0 * table["f107a_center81"]).astype(np.int16),
        halves_ap=np.round(2.0 * table["Ap_avg"]).astype(np.int16),
        source=f"CelesTrak, in heyoka {heyoka.__version__}, {data.identifier} of {made}",
    )
    print(len(table), "days to MJD", table["mjd"][-1])


if __name__ == "__main__":
    main()
