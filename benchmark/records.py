"""The records that pass between the parts of the harness.

Knows no pytest, no torch, no file and no suite. Every record is frozen and keyword-only;
probabilities are natural fractions, log-likelihoods natural logarithms.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from benchmark.vocabulary import Reading, in_reading

if TYPE_CHECKING:
    from PIL.Image import Image

Finish = Literal["stop", "length", "refused"]
# Prefix of an item that is not one of its case's questions but holds keys of vectors.
VECTORS = "vectors:"
PICTURE_SIMILARITY = "picture_similarity"  # and has this: the mean over the case's stories


class Task(StrEnum):
    """What a model can be asked to do."""

    CHOICE = "choice"
    CONTINUATION = "continuation"
    GENERATE = "generate"
    EMBED = "embed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One cell of a suite and one pytest item; a worker takes all cases of a ``unit``.

    ``kind`` is the sort of measurement, in the suite's own words: it decides which test measures
    the case (marker ``cases``) and which analyses read it. It is not part of the id.
    """

    suite: str
    country: str
    topic: str
    proxy: str
    variant: str = ""
    unit: str = ""
    kind: str = ""

    @property
    def case_id(self) -> str:
        """The readable, unique key of a row: ``wvs/NGA/religion/food``."""
        parts = (self.suite, self.country, self.topic, self.proxy, self.variant)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """A cell that cannot exist, and why."""

    case_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What a suite offers under the given settings: cases in running order, and cells left out."""

    cases: tuple[Case, ...]
    excluded: tuple[Excluded, ...] = ()


# --- what is asked -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRef:
    """A picture by the digest of its pixels; ``pixels`` decodes it (RGB) when a model needs it."""

    image_id: str
    digest: str
    pixels: Callable[[], Image] = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """User turn = ``prefix`` parts + ``suffix``; ``lead_in`` opens the assistant's turn.

    Prompts with an equal prefix share one encoding; a part is text or an image. ``letter`` is the
    line that replaces the lead-in, in the user's turn, where the model is to write a label.
    """

    prefix: tuple[str | ImageRef, ...]
    suffix: str
    lead_in: str = ""
    letter: str = ""

    @property
    def images(self) -> tuple[ImageRef, ...]:
        return tuple(part for part in self.prefix if isinstance(part, ImageRef))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Whom and what a request is about; only reference models may look at it.

    ``order`` holds the printed place of each option in the order shown; () means as printed.
    ``truth`` is the place of the right text or label, if one is right. ``country`` is empty where
    the prompt has no content: nobody has an answer to it.
    """

    country: str
    item_id: str
    order: tuple[int, ...] = ()
    truth: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which label comes next after the lead-in? Answered by `Probabilities`."""

    prompt: Prompt
    labels: tuple[str, ...]
    subject: Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Continuation:
    """How likely is each text after the lead-in? Answered by `LogLikelihoods`."""

    prompt: Prompt
    texts: tuple[str, ...]
    subject: Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationParams:
    """Sampling of free text; ``temperature`` 0 is greedy."""

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Generate:
    """Continue from the lead-in. Answered by `Text`.

    ``labels`` are the letters of which the text is to name one, if the prompt asks for that;
    only rule models look at them.
    """

    prompt: Prompt
    params: GenerationParams
    seed: int
    subject: Subject
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Embed:
    """The vector of a text or picture from a named encoder. Answered by `Vector`."""

    content: str | ImageRef
    encoder: str
    subject: Subject


Request = Choice | Continuation | Generate | Embed


# --- what comes back -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Probabilities:
    """``p`` over the labels, summing to 1; ``option_mass`` is their sum before renormalising."""

    p: tuple[float, ...]
    option_mass: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLikelihoods:
    """Total natural log-likelihood of each text, and its number of tokens."""

    total: tuple[float, ...]
    n_tokens: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Generated text; ``finish`` says whether the model stopped, was cut, or refused to write.

    ``thinking`` is what it wrote to itself before, and is not part of the text.
    """

    text: str
    finish: Finish
    thinking: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vector:
    """An embedding; its float32 values are kept exactly."""

    values: tuple[float, ...]


Answer = Probabilities | LogLikelihoods | Text | Vector


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer and the key under which the store holds it.

    ``parts`` are the keys of the answers it was made of, if the store holds those instead.
    """

    key: str
    answer: Answer
    parts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of every stored answer behind it."""
        return self.parts or (self.key,)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelIdentity:
    """Everything about a model and how it is run that can change an answer.

    ``name`` is what the user typed and is for people; all other fields enter the store's key.
    ``revision`` is a Hub commit, or ``sha256:…`` of local weights or of a reference's data.
    """

    name: str
    model_id: str
    revision: str
    backend: str
    dtype: str = ""
    attention: str = ""
    scoring: str = ""
    device_kind: str = ""
    processor: str = ""
    resize: str = ""
    model_args: tuple[tuple[str, str], ...] = ()
    reads_subject: bool = False


class Model(Protocol):
    """Anything that answers requests: weights, a server, a rule over the survey."""

    @property
    def identity(self) -> ModelIdentity: ...

    @property
    def supports(self) -> frozenset[Task]: ...

    def answer(self, batch: Sequence[Request]) -> Sequence[Answer]: ...


# --- what is measured ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One question, story, …: the people's and the model's distributions, and its values.

    ``human`` is None where nobody was asked: the people of the country, or the model (no picture
    was kept); then there is no value. ``model`` is None where the model was asked and one of its
    answers cannot be used: then only floors, ceilings and what that costs have values. It is the
    mean over pictures and orders; if there are several pictures, ``by_image`` has one distribution
    for each of ``image_ids``, in their order, and if several orders of the options were asked,
    ``by_order`` has every answer: the first picture's orders, then the next one's. ``nonanswers``
    are the places of the options that are not opinions ("don't know" and the like), which the
    substantive reading leaves out.
    """

    case_id: str
    item_id: str
    cluster: str
    image_ids: tuple[str, ...] = ()
    request_keys: tuple[str, ...] = ()
    human: tuple[float, ...] | None = None
    model: tuple[float, ...] | None = None
    by_image: tuple[tuple[float, ...], ...] = ()
    by_order: tuple[tuple[float, ...], ...] = ()
    nonanswers: tuple[int, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def each(self) -> tuple[tuple[float, ...], ...]:
        """Every answer to the question, over pictures and orders; () without any."""
        return self.by_order or self.by_image or (() if self.model is None else (self.model,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One number with its scope, sample and interval; the only thing a gate sees.

    A ``value`` of NaN means not scored. ``low`` and ``high`` are NaN without an interval, and
    ``method`` then says why (``too few``). ``n_clusters`` counts the independent units behind the
    interval (stems, concepts, countries, pictures), whose degrees of freedom are one less; 0 where
    nothing says. ``n_unanswered`` counts the questions of the scope that were asked of the model
    and have no answer, which is its doing, as what the survey did not ask is not; None where
    nothing says. ``scope`` maps a grouping to its member; {} is overall.
    ``higher_is_better`` is None where neither end is the better one.
    """

    metric: str
    value: float
    scope: Mapping[str, str] = field(default_factory=dict)
    n: int
    n_missing: int = 0
    n_unanswered: int | None = None
    n_clusters: int = 0
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""
    higher_is_better: bool | None
    reading: Reading = ""

    @property
    def name(self) -> str:
        """Metric and reading as one key; the printed reading is the bare metric."""
        return in_reading(self.metric, self.reading)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseRecord:
    """What one case measured: its scores and the items they are means of."""

    case: Case
    scores: tuple[Score, ...]
    items: tuple[Item, ...]


Script = Generator[Sequence[Request], Sequence[Reply], CaseRecord]
"""How one case is measured: yields the requests of a stage, is sent their replies in the same
order, yields the next stage or returns its record."""


class AnswerReader(Protocol):
    """Stored answers by request key, for analyses that need more than the items hold."""

    def __call__(self, keys: Sequence[str]) -> Mapping[str, Answer]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What an analysis is given: a run's records, their stored answers, a generator of its own."""

    records: Sequence[CaseRecord]
    answers: AnswerReader
    rng: np.random.Generator


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """A figure over many cases: how it is computed, what it gives, and what it cannot do without.

    ``compute`` gives the same scores for every order of the records. ``provides`` names the metrics
    of these scores; ``*`` stands for what only the data name. ``needs`` names item values: some
    item of a whole run must have each of them.
    """

    compute: Callable[[Evidence], Sequence[Score]]
    provides: tuple[str, ...]
    needs: tuple[str, ...] = ()
    without_interval: tuple[str, ...] = ()
