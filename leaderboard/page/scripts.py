"""Data as JavaScript text that can neither end its script nor be taken for markup.

Knows JSON and the two places for it: a script element of a page, and a script file.
"""

from __future__ import annotations

import json
import re

from benchmark import jsonio
from benchmark.jsonio import Json

# What may end a script element or open a comment in it. JSON's own escapes cover all that is not
# ASCII, such as the line separators of old JavaScript and halves of surrogate pairs.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_UNSAFE = re.compile("[<>&]")


def literal(value: Json) -> str:
    r"""JSON that is also a JavaScript expression, safe inside ``<script>``.

    Characters are escaped inside JSON strings, the only place where they occur.

    >>> literal({"name": "</script><!--"})
    '{"name":"\\u003c/script\\u003e\\u003c!--"}'
    """
    text = json.dumps(jsonio.plain(value), separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(lambda found: _ESCAPED[found.group()], text)


def call(function: str, *values: Json) -> str:
    """A script file that passes values to the page: it loads from disk, which JSON would not."""
    return f"culture.{function}({','.join(literal(value) for value in values)});\n"
