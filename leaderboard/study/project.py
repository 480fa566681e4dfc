"""What Label Studio needs: the page's layout, each rater's tasks, what raters read first.

Knows the questionnaire and what is on a page; not who wrote a story. Formats follow Label Studio's
documentation (<https://labelstud.io/guide/tasks>, <https://labelstud.io/tags/choices>). Its
community edition shows every task of a project to everybody and cannot assign tasks to people, so
each rater gets a project of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from benchmark.errors import DataProblem
from benchmark.images.label_studio import local_file
from benchmark.stories.lists import concepts, nationalities
from leaderboard.study.dimensions import ANSWER, Dimension, Dimensions

STORY = "story"  # the tag that all questions are about
FIELDS = ("study", "rater", "item")  # of a task's data: by these `study import` identifies it
# Names already used in a task or a row of the minimal export, so not free for a dimension.
TAKEN = frozenset({*FIELDS, STORY, "about", "picture", "credit", "id", "annotator"})


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskPage:
    """One page: its id, for whom and about what the story is, its text, its picture's file."""

    item: str
    country: str
    concept: str
    text: str
    picture: str
    credit: str


def answerable(dimensions: Dimensions, *, pictures: bool) -> Dimensions:
    """The questions that can be answered: without pictures, none that needs a picture.

    Raises
    ------
    DataProblem
        A dimension has the name of a field of the tasks, or none is left.
    """
    if taken := TAKEN & set(dimensions.names):
        raise DataProblem(
            f"a dimension is named {min(taken)!r}, like a field of the tasks; rename it"
        )
    if not pictures and all(one.picture for one in dimensions.every):
        raise DataProblem(f"every dimension of {dimensions.name!r} needs a picture; none is shown")
    return Dimensions(
        name=dimensions.name,
        low=dimensions.low,
        high=dimensions.high,
        attention=dimensions.attention,
        every=tuple(one for one in dimensions.every if pictures or not one.picture),
    )


def check_text(dimensions: Dimensions, answer: int) -> str:
    """The text that replaces the story on the page of an attention check."""
    return dimensions.attention.replace(ANSWER, str(answer))


def tasks(study: str, rater: str, pages: Sequence[TaskPage]) -> list[Mapping[str, object]]:
    """A rater's tasks in the order they are to be shown."""
    return [{"data": _data(study, rater, page)} for page in pages]


def _data(study: str, rater: str, page: TaskPage) -> dict[str, str]:
    whom = nationalities()[page.country].with_article
    data = {
        **dict(zip(FIELDS, (study, rater, page.item), strict=True)),
        "about": f"A story for {whom} child. Topic: {concepts()[page.concept].concept}.",
        STORY: page.text,
    }
    if page.picture:
        data |= {"picture": local_file(page.picture), "credit": f"Picture: {page.credit}"}
    return data


def config(dimensions: Dimensions, *, pictures: bool) -> str:
    """The labelling configuration: picture and story, then one row of numbers for each question."""
    page = ET.Element("View")
    _add(page, "Header", value="$about", size="4")
    if pictures:
        _add(page, "Image", name="picture", value="$picture", maxWidth="480px", zoom="false")
        _add(page, "Header", value="$credit", size="6")
    _add(page, "Text", name=STORY, value=f"${STORY}", valueType="text")
    for one in dimensions.every:
        box = _add(page, "View", style="margin-top: 1.5em")
        _add(box, "Header", value=f"{one.title}. {one.definition}", size="5")
        _add(box, "Header", value=_ends(one, dimensions), size="6")
        choices = _add(
            box,
            "Choices",
            name=one.name,
            toName=STORY,
            choice="single-radio",
            showInline="true",
            required="true",
            requiredMessage=f"Please answer “{one.title}”.",
        )
        for step in dimensions.steps:
            _add(choices, "Choice", value=str(step))
    ET.indent(page)
    return ET.tostring(page, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _ends(one: Dimension, dimensions: Dimensions) -> str:
    return f"{dimensions.low} = {one.lowest} … {dimensions.high} = {one.highest}"


def instructions(dimensions: Dimensions, *, pictures: bool) -> str:
    """What raters read before they begin, as HTML for a project's instructions."""
    return "\n".join(_instructions(dimensions, pictures)) + "\n"


def _instructions(dimensions: Dimensions, pictures: bool) -> Iterator[str]:
    low, high = dimensions.low, dimensions.high
    seen = "a picture and a story" if pictures else "a story"
    yield "<h2>Rating stories for children</h2>"
    yield (
        f"<p>Each page shows {seen}, and says for a child of which nationality and on which topic "
        "the story was written. The stories were written by computer programs. Please read a "
        f"story to its end, then answer every question with a number from {low} to {high}; the "
        "line above the numbers says what the ends mean. There are no right answers: we ask for "
        "your own judgement.</p>"
    )
    yield (
        "<p>Judge each story by itself, and each question by itself: a dull story can be "
        "accurate. A story that breaks off is rated as it stands. If you do not know the country, "
        "answer as well as you can. Some pages check that you read: they have no story, and say "
        "what to choose.</p>"
    )
    yield (
        "<p>You may stop whenever you like, without giving a reason, and skip a story that "
        "distresses you. Please do not write your name or anything about yourself.</p>"
    )
    yield "<dl>"
    for one in dimensions.every:
        yield f"<dt><b>{escape(one.title)}</b></dt>"
        yield f"<dd>{escape(one.definition)} {escape(_ends(one, dimensions))}.</dd>"
    yield "</dl>"
