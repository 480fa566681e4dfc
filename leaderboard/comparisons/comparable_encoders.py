"""Which runs of stories can be compared by encoder, and how else they differ.

Knows run files and their configurations; computes no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.analyses.stories.encoder_favours import case_similarities
from benchmark.errors import BoardProblem
from benchmark.jsonio import Json
from benchmark.runs.run import Run, encoders_of

ENGLISH = "en"
# What changes the stories themselves, not which of them were requested.
WRITTEN_BY: Mapping[str, str] = {
    "templates": "prompts",
    "temperatures": "temperatures",
    "responses": "responses",
    "story_tokens": "story_tokens",
}


def rules_of(run: Run, name: str) -> dict[str, set[str]]:
    """A run's encoders by rule of chunking.

    Raises
    ------
    BoardProblem
        It has no vectors.
    """
    found = {rule: set(mine) for rule, mine in case_similarities(run.rows).items()}
    if not found:
        raise BoardProblem(
            f"run {name} of {run.model.name} has no vectors of stories with a picture; run "
            "`pytest suites/stories` again with --encoder (its stories are not written anew)"
        )
    return found


def too_few(known: Mapping[str, Mapping[str, set[str]]], common: Sequence[str], rule: str) -> str:
    """Why fewer than two common encoders allow no comparison, and which encoders each run has."""
    each = "; ".join(
        f"{name} has "
        + ", ".join(
            f"{encoder} under {mine}" for mine in sorted(rules) for encoder in sorted(rules[mine])
        )
        for name, rules in known.items()
    )
    return (
        f"the runs share fewer than two encoders under {rule} ({', '.join(common) or 'none'}), and "
        f"one alone cannot tell a model that it favours from a better one: {each}; run them with "
        "the same --encoder twice or more and the same --chunking"
    )


def check_same(runs: Mapping[str, Run], encoders: Sequence[str]) -> None:
    """Refuse unless equal names mean equal weights and all runs share pictures and language.

    Raises
    ------
    BoardProblem
        They do not.
    """
    (first, one), *others = runs.items()
    for name, other in others:
        for encoder in encoders:
            here, there = encoders_of(one)[encoder], encoders_of(other)[encoder]
            if (here.revision, here.processor) != (there.revision, there.processor):
                raise BoardProblem(
                    f"the encoder {encoder} is at {here.revision[:19]} in run {first} and at "
                    f"{there.revision[:19]} in run {name}; run one of them again with "
                    "--encoder NAME@COMMIT"
                )
        if one.config.get("images") != other.config.get("images"):
            raise BoardProblem(
                f"runs {first} and {name} are on different pictures, so no difference could be "
                "attributed to a model; run them with the same --images"
            )
        if _words(one) != _words(other):
            raise BoardProblem(
                f"runs {first} and {name} are in different languages or translations ("
                f"{_language(one)} and {_language(other)}), so no difference could be attributed "
                "to a model; run them with the same --language and --translations"
            )


def differences(runs: Mapping[str, Run]) -> list[str]:
    """A line for whatever else makes the runs' stories differ, and for each partial run."""
    return [*_story_differences(runs), *_partial(runs)]


def _story_differences(runs: Mapping[str, Run]) -> Iterator[str]:
    for key, what in WRITTEN_BY.items():
        values = {name: _shown(run.config.get(key)) for name, run in runs.items()}
        if len(set(values.values())) > 1:
            each = "; ".join(f"{name}: {value}" for name, value in values.items())
            yield f"note: the stories differ not only by model but also in {what} ({each})"


def _partial(runs: Mapping[str, Run]) -> Iterator[str]:
    for name, run in runs.items():
        if not run.complete:
            why = ", ".join(run.partial_because) or "not all cases"
            yield f"note: run {name} is partial ({why})"


def _shown(value: Json) -> str:
    """A configuration's value; of templates, their name and the beginning of their digest."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {str(digest)[:8]}" for name, digest in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "not recorded" if value is None else str(value)


def _words(run: Run) -> tuple[Json, Json]:
    return run.config.get("language", ENGLISH), run.config.get("translation")


def _language(run: Run) -> str:
    language, translation = _words(run)
    by = f" by {translation['name']}" if isinstance(translation, dict) else ""
    return f"{language}{by}"
