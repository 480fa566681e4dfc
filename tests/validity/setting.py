"""In which populations a figure is tried: how many units, of which sizes, how distributed.

Knows words and numbers; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

UNITS = (6, 12, 20, 40)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """So many units (stems, concepts, countries…), of equal sizes or not, skewed or normal."""

    units: int
    equal: bool
    skewed: bool

    @property
    def kind(self) -> str:
        """The setting without its number of units, as the head of a column.

        >>> Setting(units=6, equal=False, skewed=True).kind
        'skewed, unequal'
        """
        shape, sizes = "skewed" if self.skewed else "normal", "equal" if self.equal else "unequal"
        return f"{shape}, {sizes}"

    @property
    def name(self) -> str:
        """As in ``measured/*.json`` and `Figure.except_for`.

        >>> Setting(units=6, equal=True, skewed=False).name
        '6, normal, equal'
        """
        return f"{self.units}, {self.kind}"


SETTINGS = tuple(
    Setting(units=units, equal=equal, skewed=skewed)
    for skewed, equal, units in product((False, True), (True, False), UNITS)
)
KINDS = tuple(dict.fromkeys(setting.kind for setting in SETTINGS))
EVERYWHERE = frozenset(setting.name for setting in SETTINGS)


def where(*, units: tuple[int, ...] = UNITS, skewed: bool | None = None) -> frozenset[str]:
    """The names of the settings with one of these numbers of units, in one shape or in both.

    >>> sorted(where(units=(6,), skewed=True))
    ['6, skewed, equal', '6, skewed, unequal']
    """
    return frozenset(
        setting.name
        for setting in SETTINGS
        if setting.units in units and skewed in (None, setting.skewed)
    )
