"""The countries of the world as GeoJSON, from Natural Earth's small map in an installed package.

Knows the file, which comes with pyogrio; no figure. Borders are for colouring a small map and
take no side: they are drawn as in the source.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from benchmark.errors import DataProblem
from benchmark.jsonio import Json
from benchmark.world.countries import countries

FILE = Path("tests") / "fixtures" / "naturalearth_lowres" / "naturalearth_lowres.shp"
DECIMALS = 1  # of a degree: 11 km, a fifth of a pixel on a map 1 000 pixels wide
# Natural Earth leaves these two without a code, for their overseas parts.
BY_NAME: Mapping[str, str] = {"France": "FRA", "Norway": "NOR", "Kosovo": "XKX"}
LEFT_OUT = frozenset({"Antarctica"})
_POLYGON, _MULTIPOLYGON = 3, 6
Ring = list[list[float]]


@cache
def world() -> Mapping[str, Json]:
    """A FeatureCollection; the id of a feature is an ISO3 code, or empty if it has none."""
    features: list[Json] = []
    for name, iso3, geometry in _shapes():
        if name in LEFT_OUT:
            continue
        found = BY_NAME.get(name, iso3)
        shape: Json = {"type": "MultiPolygon", "coordinates": polygons(geometry)}
        code = found if found in countries() else ""
        features.append({"type": "Feature", "id": code, "name": name, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def _shapes() -> Iterator[tuple[str, str, bytes]]:
    import pyogrio
    from pyogrio.raw import read

    path = Path(pyogrio.__file__).parent / FILE
    if not path.is_file():
        raise DataProblem(
            f"pyogrio {pyogrio.__version__} lacks {FILE.name}, the map of the world that the "
            "page draws; install the version in constraints.txt"
        )
    about, _, shapes, columns = read(path, columns=["name", "iso_a3"])
    places = {name: place for place, name in enumerate(about["fields"])}
    yield from zip(
        map(str, columns[places["name"]]), map(str, columns[places["iso_a3"]]), shapes, strict=True
    )


def polygons(shape: bytes) -> list[list[Ring]]:
    """The polygons of a well-known binary shape, rounded, without those that rounding left empty.

    >>> ring = struct.pack("<I8d", 4, 0, 0, 0, 1, 1, 1, 0, 0)
    >>> polygons(struct.pack("<BII", 1, 3, 1) + ring)
    [[[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]]
    """
    (kind,) = struct.unpack_from("<I", shape, 1)
    if kind == _POLYGON:
        found, _ = _polygon(shape, 0)
        return [found] if found else []
    if kind != _MULTIPOLYGON:
        raise DataProblem(f"a country on the map is a shape of kind {kind}, not a polygon")
    (count,) = struct.unpack_from("<I", shape, 5)
    place, all_found = 9, []
    for _ in range(count):
        found, place = _polygon(shape, place)
        all_found.append(found)
    return [rings for rings in all_found if rings]


def _polygon(shape: bytes, place: int) -> tuple[list[Ring], int]:
    (n_rings,) = struct.unpack_from("<I", shape, place + 5)
    place += 9
    rings = []
    for _ in range(n_rings):
        (n_points,) = struct.unpack_from("<I", shape, place)
        numbers = struct.unpack_from(f"<{2 * n_points}d", shape, place + 4)
        place += 4 + 16 * n_points
        rings.append(_rounded(numbers))
    return [ring for ring in rings if len(ring) >= 4], place


def _rounded(numbers: tuple[float, ...]) -> Ring:
    ring: Ring = []
    for x, y in zip(numbers[::2], numbers[1::2], strict=True):
        point = [round(x, DECIMALS) + 0.0, round(y, DECIMALS) + 0.0]
        if not ring or point != ring[-1]:
            ring.append(point)
    return ring
