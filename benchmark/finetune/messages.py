"""What a person reads before and after a tuning; knows what was prepared."""

from __future__ import annotations

from pathlib import Path

from benchmark.finetune import splitting
from benchmark.finetune.options import Recipe
from benchmark.finetune.preparing import TrainingData
from benchmark.finetune.saving import Base

CONFIG = "finetune.toml"
CARD = "README.md"


def about(base: Base, prepared: TrainingData) -> list[str]:
    """What a person should know before it starts."""
    identity, parts, found = base.identity, prepared.parts, prepared.questions
    n_other = len(found.questions) - len(parts.train) - len(parts.validation)
    lines = [
        f"model {base.spec.name} = {identity.model_id} @ {identity.revision[:19]}, "
        f"{identity.dtype} on {identity.device_kind}",
        f"data {found.name} @ {found.revision[:19]}: {len(found.questions)} questions, licence "
        f"{', '.join(prepared.licences)}",
    ]
    lines += [f"  held out: {name}, {n} training questions" for name, n in parts.held_out.items()]
    if parts.leaking:
        first = parts.leaking[0]
        lines.append(
            f"  FAULT, a concept or picture in {prepared.recipe.split} and in another split: "
            f"{parts.leaked} questions there, so {len(parts.leaking)} training questions are left "
            f"out, as they would measure memory (first: {first.question_id}, {first.concept})"
        )
    if prepared.recipe.split == "test":
        lines.append("  NOTE: this trains on what suites ask by default; scores there are memory")
    trained, kept = splitting.concepts(parts.train), splitting.concepts(parts.validation)
    lines.append(
        f"  train {len(parts.train)} questions ({trained} concepts), validation "
        f"{len(parts.validation)} ({kept}, none trained on); {n_other} not used"
    )
    return lines


def last_words(folder: Path, recipe: Recipe) -> str:
    """Where the result is and what may be done with it."""
    where = f" --questions {recipe.data}" if recipe.data != "sample" else ""
    mapping = f" --question-columns {recipe.question_columns}" if recipe.question_columns else ""
    wording = f" --prompts {recipe.prompts}" if recipe.prompts else ""
    form = "weights" if recipe.merge else "adapter"
    return (
        f"{folder}: {form}, {CARD} (model card), {CONFIG}; next:\n"
        f"  pytest suites/cultureverse --model {_explicit_path(folder)}{where}{mapping}{wording}\n"
        "  python -m leaderboard compare ITS-RUN.json BASE-RUN.json"
    )


def _explicit_path(folder: Path) -> str:
    """Not an alias or a name on the Hub: none of those begins with a dot or slash."""
    return str(folder) if folder.is_absolute() else f"./{folder}"
