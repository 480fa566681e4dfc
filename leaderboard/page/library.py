"""The chart library as one script, taken from the installed package when a page is built.

Knows vl-convert, which contains Vega; no chart. It needs neither a network nor Node.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.metadata import version

from benchmark.errors import UsageProblem

EXTRA = "pip install 'pytest-culture[page]'"
NEEDED = ("jinja2", "vl_convert", "pyogrio")
# The only one of its names that works: `vega` is null in vl-convert 1.9.0.
_SNIPPET = "window.vegaEmbed = vegaEmbed;"


def require_page() -> None:
    """Raise a UsageProblem with what to type if a package of the extra is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageProblem(f"a page needs {', '.join(missing)}, which is not installed: {EXTRA}")


@cache
def chart_library() -> str:
    """Vega as a script that sets ``window.vegaEmbed``; it never ends a script element."""
    import vl_convert

    # A regular expression or string in it could hold the text that ends a script element.
    return vl_convert.javascript_bundle(_SNIPPET).replace("</script", "<\\/script")


@cache
def origin() -> str:
    """The versions of what the page takes from packages, in words."""
    import vl_convert

    return (
        f"Vega {vl_convert.get_vega_version()} from vl-convert-python "
        f"{version('vl-convert-python')}; borders from pyogrio {version('pyogrio')}"
    )
