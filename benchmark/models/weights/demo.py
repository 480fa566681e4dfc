"""The demo model: a LLaVA-NeXT of about a million random weights, built on first use.

Its answers mean nothing; it exists so that every step of a run, from chat template to image
encoder, is the real one on any machine. The adapter that runs it does not know it is a demo.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from benchmark import jsonio
from benchmark.data import SUITES
from benchmark.models.weights.loading import backend_modules
from benchmark.models.weights.machine import dist_version
from benchmark.survey.sample_file import read_sample
from benchmark.survey.survey import SAMPLE

RECIPE = "demo 1"  # raise it with any change below that alters the folder
SEED = 20250222
PAD, BOS, EOS, IMAGE = "<pad>", "<s>", "</s>", "<image>"
TILE, PATCH = 32, 8  # pixels
GRIDS = [[TILE, TILE], [TILE, 2 * TILE], [2 * TILE, TILE]]
GAINS = (  # spread of a matrix's outputs for inputs of spread 1
    ("vision_tower.", 2.0),
    ("multi_modal_projector.", 4.0),
    ("embed_tokens", 8.0),
    ("q_proj", 2.0),
    ("k_proj", 2.0),
    ("lm_head", 3.0),
)
TEMPLATE = (
    "{% for m in messages %}{{ m['role'] | upper }}: {% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>\n{% else %}{{ c['text'] }}{% endif %}{% endfor %}"
    "{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def ready_demo(cache: Path, texts: Iterable[str] | None = None) -> Path:
    """The demo's folder, built first if this recipe has not been built here before."""
    words = tuple(embedded_texts() if texts is None else texts)
    folder = cache / "demo" / recipe_digest(words)[:16]
    return built_once(folder, lambda building: build_demo(building, words))


def built_once(folder: Path, build: Callable[[Path], None]) -> Path:
    """A folder, filled by ``build`` if it does not exist; never half filled."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".building-"))
            try:
                build(building)
                building.chmod(0o755)  # mkdtemp's folders are private
                building.replace(folder)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return folder


def recipe_digest(texts: Iterable[str], recipe: str = RECIPE) -> str:
    """A digest of what an embedded model's folder depends on; needs no torch."""
    backends = [[name, dist_version(name)] for name in ("tokenizers", "torch", "transformers")]
    return jsonio.digest({"recipe": recipe, "texts": list(texts), "backends": backends})


def embedded_texts() -> Iterator[str]:
    """The embedded survey's and its suite's texts, on which the demo's tokenizer is trained.

    No other suite's: with each suite added, the demo would be another model with other figures.
    Bytes that it never saw it reads one by one.
    """
    for question in read_sample(SAMPLE).questions:
        yield "\n".join((question.text, *question.options))
    for file in sorted(SUITES.glob("wvs/prompts/*.toml")):
        for condition in tomllib.loads(file.read_text(encoding="utf-8")).values():
            yield from (text for text in condition.values() if isinstance(text, str))


def build_demo(folder: Path, texts: Iterable[str]) -> None:
    """Write the demo as an ordinary model folder: weights, config, tokenizer, processor."""
    torch, transformers = backend_modules()
    transformers.utils.logging.disable_progress_bar()
    tokenizer = byte_tokenizer(transformers, texts)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        config = _config(transformers, tokenizer)
        model = transformers.LlavaNextForConditionalGeneration(config)
        redraw(torch, model, GAINS)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    _processor(transformers, tokenizer).save_pretrained(folder)


def byte_tokenizer(transformers: Any, texts: Iterable[str]) -> Any:  # noqa: ANN401 - transformers ships no usable types
    """Byte-level BPE: reads any text, and the embedded ones in few tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        special_tokens=[PAD, BOS, EOS, IMAGE],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    raw.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, raw.token_to_id(BOS))]
    )
    special = {"pad_token": PAD, "bos_token": BOS, "eos_token": EOS}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=raw, **special)


def _config(transformers: Any, tokenizer: Any) -> Any:  # noqa: ANN401
    text = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    vision = transformers.CLIPVisionConfig(
        image_size=TILE,
        patch_size=PATCH,
        hidden_size=192,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=32,
    )
    return transformers.LlavaNextConfig(
        text_config=text,
        vision_config=vision,
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
        image_grid_pinpoints=GRIDS,
        image_seq_length=(TILE // PATCH) ** 2,
        tie_word_embeddings=False,
    )


def _processor(transformers: Any, tokenizer: Any) -> Any:  # noqa: ANN401
    images = transformers.LlavaNextImageProcessorPil(
        size={"shortest_edge": TILE},
        crop_size={"height": TILE, "width": TILE},
        image_grid_pinpoints=GRIDS,
    )
    return transformers.LlavaNextProcessor(
        images,
        tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )


def redraw(torch: Any, model: Any, gains: Sequence[tuple[str, float]]) -> None:  # noqa: ANN401
    """Redraw the matrices so wide that attention selects and next tokens are rarely tied.

    At the library's own scale every answer is near uniform, and a test that compares answers
    would pass on anything.
    """
    for name, weight in model.named_parameters():
        if weight.ndim < 2 or "norm" in name:
            continue
        gain = next((gain for part, gain in gains if part in name), 1.0)
        torch.nn.init.normal_(weight, std=gain / math.sqrt(weight[0].numel()))
