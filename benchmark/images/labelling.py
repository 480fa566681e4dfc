"""The choice among candidates as a Label Studio project: its configuration, its tasks, its export.

Written and read in the documented formats (<https://labelstud.io/guide/tasks>,
<https://labelstud.io/guide/export>); no server is called. Pictures are served by Label Studio's
local storage, whose root must be the candidates' folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from benchmark.errors import DataProblem
from benchmark.images.picking import Candidate
from benchmark.jsonio import Json
from benchmark.stories import concepts

KEEP = "keep"
CONFIG = """<View>
  <Header value="$about"/>
  <Image name="picture" value="$picture"/>
  <Choices name="choice" toName="picture" choice="single" required="true">
    <Choice value="keep"/>
    <Choice value="drop"/>
  </Choices>
</View>
"""


def tasks(candidates: Sequence[Candidate]) -> list[Json]:
    """One task a candidate; who labels sees concept, country, licence and credit."""
    return [
        {
            "data": {
                "picture": f"/data/local-files/?d={quote(one.image)}",
                "image": one.image,
                "about": f"{concepts()[one.concept].concept}, {one.country or 'every nationality'} "
                f"({one.licence}, {one.credit})",
            }
        }
        for one in candidates
    ]


def kept(path: Path) -> set[str]:
    """The pictures that a JSON export says to keep: its last annotation of each decides.

    Raises
    ------
    DataProblem
        The file is no such export, or a task has no annotation.
    """
    try:
        exported = json.loads(path.read_text(encoding="utf-8"))
        found = {str(task["data"]["image"]): _choice(task) for task in exported}
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataProblem(
            f"{path} is not a JSON export of these tasks ({error!r}); export as JSON, not JSON-MIN"
        ) from error
    undecided = sorted(image for image, choice in found.items() if not choice)
    if undecided:
        raise DataProblem(
            f"{path}: {len(undecided)} tasks are not labelled, such as {undecided[0]}"
        )
    return {image for image, choice in found.items() if choice == KEEP}


def _choice(task: dict[str, list[dict[str, list[dict[str, dict[str, list[str]]]]]]]) -> str:
    choices = list(_choices(task["annotations"]))
    return choices[-1] if choices else ""


def _choices(
    annotations: list[dict[str, list[dict[str, dict[str, list[str]]]]]],
) -> Iterator[str]:
    for annotation in annotations:
        for result in annotation["result"]:
            yield result["value"]["choices"][0]
