"""What is recorded of one generated text: its lexical values, whether it was cut, prompt echo.

Knows texts and words; not the model, the case, or whom a text is about.
"""

from __future__ import annotations

import math

from benchmark.metrics.diversity import distinct_n, length, mtld, ngrams
from benchmark.metrics.edits import normalised_word_edit_distance
from benchmark.metrics.words import Text, unspaced_share, words

MOST_UNSPACED = 0.5


def lexical_values(text: Text, *, finish: str, without_cue: Text | None = None) -> dict[str, float]:
    """What an item records of a model's stated reason.

    Parameters
    ----------
    text
        The reason, or its words if the caller has a segmenter.
    finish
        "stop" if the model ended by itself, "length" if it was cut (`records.Text`).
    without_cue
        The reason given for the same question with no country signalled; None if not asked.

    Returns
    -------
    By name, NaN where undefined:

    rationale_words
        Number of words; 0 for an empty answer.
    rationale_mtld
        `diversity.mtld`. A single sentence is shorter than its minimum, so it is NaN: join the
        reasons of a case to get a value.
    rationale_distinct_1, rationale_distinct_2
        `diversity.distinct_n`.
    rationale_distance
        `edits.normalised_word_edit_distance` from ``without_cue``, 0 to 1: how much of the
        wording the country changed. Two samples for one prompt differ as well.
    rationale_truncated
        1 if the reason was cut, else 0. A cut reason's length is the limit, not the model's.

    All but the last are NaN if more than half of the letters of a text that was not cut into
    words belong to scripts written without spaces, the distance also if ``without_cue`` is such
    a text.

    Raises
    ------
    ValueError
        An unknown finish.

    Examples
    --------
    >>> found = lexical_values("Family comes first.", finish="stop", without_cue="Work comes first")
    >>> found["rationale_words"], round(found["rationale_distance"], 3)
    (3.0, 0.333)
    """
    defined = has_words(text)
    # Cut once: cutting costs more than any measure.
    found = words(text) if defined else ()
    compared = without_cue is not None and defined and has_words(without_cue)
    return {
        "rationale_words": float(length(found)) if defined else math.nan,
        "rationale_mtld": mtld(found),
        "rationale_distinct_1": distinct_n(found, n=1),
        "rationale_distinct_2": distinct_n(found, n=2),
        "rationale_distance": (
            normalised_word_edit_distance(found, without_cue)
            if compared and without_cue is not None
            else math.nan
        ),
        "rationale_truncated": float(truncated(finish)),
    }


def has_words(text: Text) -> bool:
    """Whether measures of words mean anything: False for text mostly in scripts without spaces.

    >>> has_words("ok"), has_words("我喜欢茶"), has_words(["我", "喜欢", "茶"])
    (True, False, True)
    """
    return not isinstance(text, str) or not unspaced_share(text) > MOST_UNSPACED


def truncated(finish: str) -> bool:
    """Whether a text was cut at the limit of its length.

    >>> truncated("length"), truncated("stop")
    (True, False)
    """
    if finish not in ("stop", "length", "refused"):
        raise ValueError(f"finish is 'stop', 'length' or 'refused', not {finish!r}")
    return finish == "length"


def prompt_echo(text: Text, prompt: Text, *, n: int = 4) -> float:
    """Share of a text's n-grams that occur in the prompt: copying instead of writing.

    Parameters
    ----------
    text, prompt
        Texts or sequences of words.
    n
        Words in an n-gram; 4 words rarely match by chance.

    Returns
    -------
    In [0, 1]; lower is more original. NaN if the text has fewer than ``n`` words.

    Raises
    ------
    ValueError
        An n below 1.

    Examples
    --------
    One of the answer's two 4-grams is copied.

    >>> prompt_echo("Tell a short story today", "Please tell a short story", n=4)
    0.5
    """
    grams, given = ngrams(text, n=n), set(ngrams(prompt, n=n))
    return sum(gram in given for gram in grams) / len(grams) if grams else math.nan
