"""Upper stages, launches and ways to fly them that the tests of injections share."""

from __future__ import annotations

from dataclasses import replace

from transfers import CHANGE_5, HOUR, launch_from

from perilune import Epoch, State
from perilune.phases.arrival import Perilune
from perilune.phases.base import Condition, Context, Engine, Happening, Leg, Spacecraft, Stack
from perilune.phases.departure import LaunchPhase, TransferPhase
from perilune.phases.injection import Injection, InjectionBurn, UpperStage

LARGE = UpperStage("large", Engine("2 x YF-75D", 176720.0, 442.6), 29100.0, 5100.0)
MIDDLE = UpperStage("middle", Engine("2 x YF-75", 156900.0, 439.6), 18200.0, 2900.0)
FREGAT = UpperStage("fregat", Engine("S5.92", 20010.0, 333.2), 5350.0, 1000.0)
SMALL_MOTOR = Engine("main", 490.0, 308.0)

PROBE = Stack((Spacecraft("probe", 8200.0, 0.0),))
LANDER = Stack((Spacecraft("lander", 1750.0, 0.0),))
ORBITER = Stack((Spacecraft("orbiter", 1150.0, 1200.0, (SMALL_MOTOR,)),))
OWN = InjectionBurn(spacecraft="orbiter", engine=SMALL_MOTOR)
PHASED = (
    InjectionBurn(MIDDLE, period_h=16.0),
    replace(OWN, period_h=24.0, after_revolutions=3),
    replace(OWN, period_h=48.0, after_revolutions=3),
    OWN,
)
PERIODS_H, REVOLUTIONS = (16.0, 24.0, 48.0), (3, 3, 1)

CZ5 = LaunchPhase(launch_from("wenchang-lc101"), CHANGE_5)
SOYUZ = LaunchPhase(launch_from("vostochny-1s"), Epoch.utc("2023-08-10T23:10:57"))
CZ3A = LaunchPhase(launch_from("xichang-lc2"), Epoch.utc("2007-10-24T10:05:04.602"))


def burnt(
    launch: LaunchPhase,
    stack: Stack,
    context: Context,
    *burns: InjectionBurn,
    wanted: tuple[float, float] = (200.0, 43.5),
    hours: float = 112.0,
) -> list[Leg]:
    """Fly launch, injection and transfer; return the alternatives."""
    (open_launch,) = launch.fly(Condition(stack), context)
    start = open_launch.end
    if burns:
        (leg,) = Injection(burns).fly(start, context)
        start = leg.end
    return TransferPhase(Perilune(*wanted), hours * HOUR).fly(start, context)


def named(leg: Leg, name: str) -> Happening:
    return next(h for h in leg.happenings if h.name == name)


def burns_of(leg: Leg) -> list[Happening]:
    return [h for h in leg.happenings if h.end is not None]


def lasts_s(burn: Happening) -> float:
    assert burn.end is not None
    return float(burn.end - burn.epoch)


def middle(burn: Happening) -> Epoch:
    return burn.epoch + 0.5 * lasts_s(burn)


def spent_m_s(leg: Leg) -> float:
    return sum(h.dv_m_s or 0.0 for h in burns_of(leg))


def after(leg: Leg, burn: Happening) -> State:
    assert leg.trajectory is not None
    assert burn.end is not None
    return leg.trajectory.at(burn.end)


def ends_as_asked(legs: list[Leg]) -> None:
    assert [(leg.status, leg.remedy) for leg in legs] == [("converged", "")] * len(legs)
    assert [c for leg in legs for c in leg.checks if not c.ok] == []
