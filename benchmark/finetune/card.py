"""The model card: a record and a recipe as README.md; a pure function, without a date."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from benchmark.finetune.options import PATHS, Recipe, as_toml
from benchmark.finetune.trainer import FIXED, WARM_UP
from benchmark.jsonio import Json

LIMITS = """\
- Trained to name the right option of multiple-choice questions about pictures, with one prompt.
  Nothing else was trained, and nothing here says how other abilities changed: run a general set
  (docs/finetuning.md).
- The right option is what the questions' authors say. Their mistakes and one-sided views were
  trained in.
- Validation questions are few, from the same authors, and on groups that were trained on. The
  figures to go by are those of `pytest suites/cultureverse` on a test split, next to the base's.
"""


def card(record: Mapping[str, Json], recipe: Recipe, *, name: str) -> str:
    """Markdown with the Hub's front matter."""
    found = cast("Mapping[str, Any]", record)
    base, data = found["base"], found["data"]
    sections = {
        "Base": _base(base, recipe),
        "Data": _data(data),
        "Training": _training(found, recipe),
        "Validation": _validation(found),
        "Loss": _loss(found["loss"]),
        "Use": _use(recipe),
        "Limits": LIMITS,
        "Versions": "\n".join(f"- {key} {value}" for key, value in found["versions"].items()),
    }
    body = "".join(f"\n## {head}\n\n{text.strip()}\n" for head, text in sections.items())
    return f"{_front(base, recipe)}\n# {name}\n\n{_summary(base, data, recipe)}\n{body}"


def _front(base: Mapping[str, Any], recipe: Recipe) -> str:
    on_hub = [f"base_model: {json.dumps(base['model_id'])}"] if base["kind"] == "hub" else []
    library = "transformers" if recipe.merge else "peft"
    tags = ["tags:", "- pytest-culture", "- lora"]
    return "\n".join(["---", *on_hub, f"library_name: {library}", *tags, "---", ""])


def _summary(base: Mapping[str, Any], data: Mapping[str, Any], recipe: Recipe) -> str:
    form = "Whole weights" if recipe.merge else "A LoRA adapter"
    held = f", without {', '.join(data['held_out'])}" if data["held_out"] else ""
    return (
        f"{form} for {base['model_id']}, tuned by pytest-culture on the split {data['split']!r} of "
        f"{data['name']}{held}."
    )


def _base(base: Mapping[str, Any], recipe: Recipe) -> str:
    return (
        f"`{base['model_id']}` at `{base['revision']}`, in {base['dtype']} on {base['device']}. "
        + ("Its weights with the adapter added are here. " if recipe.merge else "")
        + "Its terms hold for this model too."
    )


def _data(data: Mapping[str, Any]) -> str:
    rows = [
        ("set", f"{data['name']} @ `{data['revision']}`"),
        ("licence", ", ".join(data["licences"])),
        ("splits", ", ".join(f"{name} {n}" for name, n in data["splits"].items())),
        (
            "trained on",
            f"{data['train']} questions on {data['train_concepts']} concepts, "
            f"{data['countries']} countries",
        ),
        (
            "validation",
            f"{data['validation']} questions on {data['validation_concepts']} concepts, none of "
            "which was trained on",
        ),
        *(("held out", f"{name}: {n} training questions") for name, n in data["held_out"].items()),
        (
            "left out as leaks",
            f"{data['leaking']} training questions on a concept or picture of {data['leaked']} "
            "questions of other splits",
        ),
    ]
    return _table(("", ""), rows)


def _training(found: Mapping[str, Any], recipe: Recipe) -> str:
    size, drawn = found["size"], found["schedule"]
    places = ", ".join(f"{label} {n}" for label, n in drawn["right_places"].items())
    share = size["trained"] / size["all"]
    return (
        f"{found['steps']} steps over {drawn['n']} questions shown, {size['trained']:,} of "
        f"{size['all']:,} weights ({share:.2%}); language model only, vision tower and projector "
        "frozen. The text is the suite's own prompt; the loss is on the right option's label "
        "alone. The options' order is drawn anew for each question in each epoch; the right one "
        f"stood under {places}. Questions and orders as shown have the digest "
        f"`{drawn['digest'][:16]}`.\n\n"
        f"```toml\n{as_toml(_portable(recipe))}```\n\n"
        f"Fixed: {', '.join(f'{name} {value}' for name, value in FIXED.items())}, warm-up over "
        f"{WARM_UP:.0%} of the steps."
    )


def _portable(recipe: Recipe) -> Recipe:
    """The recipe without the paths of the machine it ran on, as the card may be published."""
    names: dict[str, Any] = {
        name: Path(value).name
        for name in PATHS
        if (value := str(getattr(recipe, name))) and Path(value).is_absolute()
    }
    return replace(recipe, **names)


def _validation(found: Mapping[str, Any]) -> str:
    rows = [
        (when, _share(found.get(f"accuracy_{when}")), _ends(found.get(f"accuracy_{when}")))
        for when in ("before", "after")
    ]
    return (
        "Share of validation questions whose likeliest option is right, options as printed; "
        "Wilson's interval, 95 %, as if questions were independent.\n\n"
        + _table(("", "accuracy", "interval"), rows)
    )


def _share(found: Mapping[str, Any] | None) -> str:
    return f"{found['share']:.3f} of {found['n']}" if found else "not measured"


def _ends(found: Mapping[str, Any] | None) -> str:
    return f"{found['low']:.3f} to {found['high']:.3f}" if found else "—"


def _loss(curve: Sequence[tuple[int, float]]) -> str:
    rows = [(str(step), f"{loss:.4f}") for step, loss in curve]
    return "Mean since the row above, natural logarithm.\n\n" + _table(("step", "loss"), rows)


def _use(recipe: Recipe) -> str:
    extra = "" if recipe.merge else " (with the extra `finetune`, and the base where it was)"
    return f"`pytest suites --model THIS-FOLDER`{extra}."


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
