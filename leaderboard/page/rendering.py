"""The page's text: template, style and scripts from `assets`, with the view's data in them.

Knows Jinja and which asset goes where; no figure and no board.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from benchmark.jsonio import Json
from benchmark.survey.topics import topics
from benchmark.vocabulary import PROXIES
from benchmark.world.countries import countries
from leaderboard.board.standing import ANSWERS_OTHERWISE
from leaderboard.page import scripts, wording
from leaderboard.page.geometry import world
from leaderboard.page.library import chart_library, origin
from leaderboard.page.stories import whom

# In loading order; each adds to the one global, `culture`.
SCRIPTS = (
    *("base", "loading", "board", "charts", "figures", "model", "comparison", "cases", "stories"),
    "start",
)
CHARTS = ("dots", "heatmap", "map", "reliability")


def page(content: Mapping[str, Json], *, title: str) -> str:
    """The whole page; Jinja or `scripts.literal` escapes what other people wrote."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("leaderboard.page", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html = environment.get_template("page.html").render(
        title=title,
        view=content,
        otherwise=ANSWERS_OTHERWISE,
        style=_asset("page.css"),
        library=chart_library(),
        script="".join(_asset(f"script/{name}.js") for name in SCRIPTS),
        data=scripts.literal(
            {
                "view": content,
                "names": _names(),
                "charts": {name: json.loads(_asset(f"charts/{name}.json")) for name in CHARTS},
                "world": world(),
            }
        ),
        notices=notices(),
    )
    return html.encode("utf-8", "replace").decode()  # half a surrogate pair is not text


def notices() -> str:
    """Licences of what the page includes."""
    return _asset("notices.txt").replace("{origin}", origin())


def _names() -> Mapping[str, Json]:
    families = ("country", "topic", "region", "income_group")
    known = countries()
    return {
        "countries": {code: [c.name, c.region, c.income_group] for code, c in known.items()},
        "topics": {slug: topic.label for slug, topic in topics().items()},
        "incomes": dict(wording.INCOMES),
        "families": list(families),
        "whom": whom(),
        "readings": dict(wording.READINGS),
        "proxies": {proxy: wording.proxy_words(proxy) for proxy in ("", *PROXIES)},
        "otherwise": ANSWERS_OTHERWISE,
    }


@cache
def _asset(name: str) -> str:
    return (files("leaderboard.page") / "assets" / name).read_text(encoding="utf-8")
