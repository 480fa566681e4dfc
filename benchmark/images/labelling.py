"""The choice among candidates as a Label Studio project: its configuration, its tasks, its export.

Label Studio serves the pictures from a local storage, the candidates' folder. Its root must be the
folder above, since a storage cannot be the root itself. No server is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import DataProblem
from benchmark.images.label_studio import AnnotatedTask, local_file, read_export
from benchmark.images.picking import Candidate
from benchmark.jsonio import Json
from benchmark.stories.lists import concepts

KEEP, CHOICE = "keep", "choice"
CONFIG = """<View>
  <Header value="$about"/>
  <Image name="picture" value="$picture"/>
  <Choices name="choice" toName="picture" choice="single" required="true">
    <Choice value="keep"/>
    <Choice value="drop"/>
  </Choices>
</View>
"""


def tasks(candidates: Sequence[Candidate], folder: str) -> list[Json]:
    """One task for each candidate; labellers see concept, country, licence and credit.

    ``folder`` is the name of the candidates' folder in the one above it.
    """
    return [
        {
            "data": {
                "picture": local_file(f"{folder}/{one.image}"),
                "image": one.image,
                "about": f"{concepts()[one.concept].concept}, {one.country or 'every nationality'} "
                f"({one.licence}, {one.credit})",
            }
        }
        for one in candidates
    ]


def kept(path: Path) -> set[str]:
    """The pictures that a JSON export says to keep: the last annotation of each decides.

    Raises
    ------
    DataProblem
        The file is not such an export, or a task has no annotation.
    """
    found = {_image(task, path): _choice(task) for task in read_export(path)}
    undecided = sorted(image for image, choice in found.items() if not choice)
    if undecided:
        raise DataProblem(
            f"{path}: {len(undecided)} tasks are not labelled, such as {undecided[0]}"
        )
    return {image for image, choice in found.items() if choice == KEEP}


def _image(task: AnnotatedTask, path: Path) -> str:
    if "image" not in task.data:
        raise DataProblem(f"{path} is an export of other tasks: one has no image")
    return str(task.data["image"])


def _choice(task: AnnotatedTask) -> str:
    """The choice of the last annotation that made one; empty if none did."""
    chosen = [one.values[CHOICE] for one in task.annotations if CHOICE in one.values]
    return str(chosen[-1][0]) if chosen else ""
