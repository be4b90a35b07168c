"""Write the Earth's field to degree 20 from the EGM2008 table that heyoka carries.

Run: `uv run python builders/build_earth_gravity.py`. Source: Pavlis et al. 2012, The development
and evaluation of the Earth Gravitational Model 2008 (EGM2008), JGR 117, B04406 (tide free).
"""

from pathlib import Path

import heyoka as hy

DEGREE = 20
OUT = Path(__file__).parents[1] / "src" / "perilune" / "astro" / "data" / "egm2008_20.csv"


def main() -> None:
    """Write the file."""
    pairs = hy.model.get_egm2008_CS()
    gm, radius = hy.model.get_egm2008_mu() * 1e-9, hy.model.get_egm2008_a() * 1e-3
    lines = [
        f"# Earth gravity field EGM2008 (Pavlis et al. 2012, JGR 117 B04406), to degree {DEGREE}",
        "# Fully normalized (4 pi) Stokes coefficients, tide free, ITRF; from heyoka.model",
        f"# gm_km3_s2={gm!r} reference_radius_km={radius!r}",
        "degree,order,c,s",
    ]
    index = 0
    for n in range(2, DEGREE + 1):
        for m in range(n + 1):
            c, s = (float(x) for x in pairs[index])
            lines.append(f"{n},{m},{c:.16e},{s:.16e}")
            index += 1
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
