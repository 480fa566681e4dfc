"""The joints: the records that pass between the parts of the harness.

Knows no pytest, no torch, no file and no suite. Every record is frozen and keyword-only;
probabilities are natural fractions, log-likelihoods natural logarithms.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

Reading = Literal["printed", "substantive", ""]
Finish = Literal["stop", "length", "refused"]
# An item that is none of its case's questions but holds keys of vectors is named so.
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
    """One cell of a suite and one pytest item; ``unit`` is what a worker takes whole.

    ``kind`` says what sort of measurement it is, in the suite's own words: which test measures
    it (marker ``cases``) and which analyses read it. It is not part of the id.
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
        """Readable, unique key of a row: ``wvs/NGA/religion/food``."""
        parts = (self.suite, self.country, self.topic, self.proxy, self.variant)
        return "/".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """A cell that cannot exist, and why."""

    case_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What a suite offers for the given settings: cases in running order, and cells left out."""

    cases: tuple[Case, ...]
    excluded: tuple[Excluded, ...] = ()


# --- what is asked -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRef:
    """A picture by the digest of its pixels; ``pixels`` decodes it (RGB) when a model looks."""

    image_id: str
    digest: str
    pixels: Callable[[], Image] = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """User turn = ``prefix`` parts + ``suffix``; ``lead_in`` opens the assistant's turn.

    Prompts with an equal prefix share one encoding; a part is text or an image. ``letter`` is the
    line that takes the lead-in's place, in the user's turn, where a label is to be written.
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

    ``order`` holds, for each option in the order shown, its place as printed; () as printed.
    ``truth`` is the place of the right text or label, where one is right.
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
    """Write on from the lead-in. Answered by `Text`.

    ``labels`` are the letters of which the text is to name one, where the prompt asks for that;
    only models that are rules look at them.
    """

    prompt: Prompt
    params: GenerationParams
    seed: int
    subject: Subject
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Embed:
    """The vector of a text or picture under a named encoder. Answered by `Vector`."""

    content: str | ImageRef
    encoder: str
    subject: Subject


Request = Choice | Continuation | Generate | Embed


# --- what comes back -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Probabilities:
    """``p`` over the labels, summing to 1; ``option_mass`` is what they held before that."""

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

    ``thinking`` is what it wrote to itself before, and no part of the text.
    """

    text: str
    finish: Finish
    thinking: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vector:
    """An embedding, float32 values kept exactly."""

    values: tuple[float, ...]


Answer = Probabilities | LogLikelihoods | Text | Vector


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer and the key under which the store holds it.

    ``parts`` are the keys of the answers that it was made of, where the store holds those instead.
    """

    key: str
    answer: Answer
    parts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Of every stored answer behind it."""
        return self.parts or (self.key,)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelIdentity:
    """Everything about a model and how it is run that can change an answer.

    ``name`` is what the user typed and is for people; all other fields enter the store's key.
    ``revision`` is a Hub commit, ``sha256:…`` of local weight bytes, or of a reference's data.
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
    """One question, story, …: the people's and the model's distribution and its values.

    ``human`` or ``model`` is None where there is none; then every value is NaN. ``model`` is the
    mean over pictures; where there are several, ``by_image`` has one distribution for each of
    ``image_ids``, in their order. ``nonanswers`` are the places of the options that are no
    opinions ("don't know" and the like), which the substantive reading leaves out.
    """

    case_id: str
    item_id: str
    cluster: str
    image_ids: tuple[str, ...] = ()
    request_keys: tuple[str, ...] = ()
    human: tuple[float, ...] | None = None
    model: tuple[float, ...] | None = None
    by_image: tuple[tuple[float, ...], ...] = ()
    nonanswers: tuple[int, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One number with its scope, sample and interval; the only thing a gate sees.

    ``value`` NaN means not scored. ``low`` and ``high`` are NaN without an interval, and
    ``method`` then says why (``too few``). ``scope`` maps a grouping to its member; {} is overall.
    ``higher_is_better`` is None where neither end is the better one.
    """

    metric: str
    value: float
    scope: Mapping[str, str] = field(default_factory=dict)
    n: int
    n_missing: int = 0
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""
    higher_is_better: bool | None
    reading: Reading = ""

    @property
    def name(self) -> str:
        """Metric and reading as one key; the printed reading is the bare metric."""
        return f"{self.metric}_substantive" if self.reading == "substantive" else self.metric


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
    """Stored answers by request key, for analyses that need more than the items carry."""

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
