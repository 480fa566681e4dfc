"""Prompts as text: order of parts, template, lead-in, and the part behind the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from benchmark.errors import ModelProblem, RequestProblem
from benchmark.models.weights.rendering import Renderer, plain_chat, user_parts
from benchmark.records import Prompt
from tests.models.asking import picture

pytest.importorskip("jinja2", reason="templates are Jinja's")

QUESTION = Prompt(prefix=("Rules.\n", picture("red"), "Look. "), suffix="Why?\n", lead_in="I say (")
WORDS = Prompt(prefix=("Rules.\n",), suffix="Why?\n", lead_in="I say (")

# The traits of real templates, in templates of our own. Parts as a list, and how a turn opens:
EACH = (
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}"
    "{% endif %}{% endfor %}"
)
GLUED = (  # the generation prompt lacks the space that an answer has
    "{% for m in messages %}{{ m['role']|upper }}: " + EACH + " {% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
TURNS = "{% for m in messages %}<{{ m['role'] }}>\n" + EACH + "<end>\n{% endfor %}"
OPENED = TURNS + "{% if add_generation_prompt %}<assistant>\n{% endif %}"
THINKS = TURNS + "{% if add_generation_prompt %}<assistant>\n<think>\n{% endif %}"
SWITCH = TURNS + (
    "{% if add_generation_prompt %}<assistant>\n<think>\n{{ '\n</think>\n\n' "
    "if enable_thinking is defined and not enable_thinking }}{% endif %}"
)
TRIMS = TURNS.replace("{{ c['text'] }}", "{{ c['text']|trim }}") + (
    "{% if add_generation_prompt %}<assistant>\n{% endif %}"
)
STRINGS = (
    "{% for m in messages %}{{ m['role']|upper }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
PICTURE_FIRST = (
    "{% for m in messages %}{{ m['role'] }}: {% for c in m['content'] if c['type'] == 'image' %}"
    "<image>\n{% endfor %}{% for c in m['content'] if c['type'] == 'text' %}{{ c['text'] }} "
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)
DEAF = "{% for m in messages %}{{ m['role'] }}{% endfor %}"
BLIND = TURNS.replace("<image>", "") + "{% if add_generation_prompt %}<assistant>\n{% endif %}"
LOUD = TURNS.replace("{{ c['text'] }}", "{{ c['text']|upper }}")
NO_ANSWERS = "{{ raise_exception('a user must end') if messages[-1]['role'] != 'user' }}" + OPENED
LAST = TURNS.replace("<end>", "{% if loop.last and m['role'] == 'user' %}!{% endif %}<end>") + (
    "{% if add_generation_prompt %}<assistant>\n{% endif %}"
)
RAISES = "{{ raise_exception('I want tools') }}"


class Templated:
    """A processor with a template of its own and no tokenizer behind it."""

    image_token = "<image>"  # noqa: S105 - a placeholder

    def __init__(self, source: str) -> None:
        self.chat_template = source

    def apply_chat_template(
        self,
        conversation: list[dict[str, Any]],
        *,
        chat_template: str,
        add_generation_prompt: bool,
        tokenize: bool,
        **told: object,
    ) -> str:
        """As transformers renders it."""
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        assert not tokenize
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)

        def refuse(why: str) -> str:
            raise ValueError(why)

        environment.globals["raise_exception"] = refuse
        return environment.from_string(chat_template).render(
            messages=conversation, add_generation_prompt=add_generation_prompt, **told
        )


def rendered(
    source: str, prompt: Prompt = QUESTION, told: Mapping[str, object] | None = None
) -> tuple[str, str]:
    """Full text and tail under a template that is told something."""
    return Renderer(Templated(source), told)(prompt)


def test_suffix_continues_the_last_text() -> None:
    """No joint between prefix and suffix that a template could write something into."""
    prompt = Prompt(prefix=("rules ", picture("red"), "look. "), suffix="why?")
    assert user_parts(prompt) == ("rules ", None, "look. why?")


def test_suffix_behind_an_image_is_a_part_of_its_own() -> None:
    """An image cannot be continued."""
    prompt = Prompt(prefix=(picture("red"),), suffix="why?")
    assert user_parts(prompt) == (None, "why?")
    assert user_parts(Prompt(prefix=(picture("red"),), suffix="")) == (None,)


def test_a_turn_ends_with_its_last_word() -> None:
    """The line break that closes a template file's text is not part of what is asked."""
    assert user_parts(Prompt(prefix=("Rules.\n",), suffix="Why?\n")) == ("Rules.\nWhy?",)
    assert user_parts(Prompt(prefix=("Rules.\n", picture("red")), suffix="")) == ("Rules.\n", None)


@pytest.mark.parametrize(
    ("source", "tail"),
    [
        (GLUED, " ASSISTANT: I say ("),  # and not "ASSISTANT:I say ("
        (OPENED, "<end>\n<assistant>\nI say ("),
        (TRIMS, "<end>\n<assistant>\nI say ("),
        (STRINGS, "\nASSISTANT: I say ("),
        (PICTURE_FIRST, " assistant: I say ("),
        (NO_ANSWERS, "<end>\n<assistant>\nI say ("),
        (LAST, "!<end>\n<assistant>\nI say ("),  # and not without the mark
    ],
)
def test_the_lead_in_stands_as_the_template_writes_an_answer(source: str, tail: str) -> None:
    """An assistant's turn that holds the lead-in, cut behind it, opens the answer."""
    for prompt in (QUESTION, WORDS):
        text, found = rendered(source, prompt)
        assert found == tail
        assert text.endswith(tail)


def test_a_lead_in_in_the_users_words_is_not_taken_for_the_answers() -> None:
    """Also where the template trims the answer's and the user's stands untrimmed."""
    prompt = Prompt(prefix=("Rules.\n",), suffix="Write Answer: X.", lead_in="Answer: ")
    assert rendered(TRIMS, prompt)[1] == "<end>\n<assistant>\nAnswer:"


def test_without_a_lead_in_the_generation_prompt_is_the_end() -> None:
    """As a model is asked to write."""
    prompt = Prompt(prefix=("Rules.\n",), suffix="Why?")
    assert rendered(GLUED, prompt) == ("USER: Rules.\nWhy? ASSISTANT:", " ASSISTANT:")


def test_thinking_is_off_where_the_template_knows_how() -> None:
    """The empty block that the template then writes stands before the lead-in."""
    assert rendered(SWITCH)[1] == "<end>\n<assistant>\n<think>\n\n</think>\n\nI say ("


@pytest.mark.parametrize(("source", "told"), [(THINKS, {}), (SWITCH, {"enable_thinking": True})])
def test_options_are_not_scored_inside_thinking(source: str, told: dict[str, object]) -> None:
    """An open tag before the lead-in is refused, with the options that help named."""
    with pytest.raises(ModelProblem, match=r"opens <think>.*--template-args.*--scoring 'sampled"):
        rendered(source, told=told)


def test_a_text_is_written_behind_open_thinking() -> None:
    """Nothing is scored there: the text begins where the thinking ends."""
    prompt = Prompt(prefix=("Rules.\n",), suffix="Why?")
    assert rendered(THINKS, prompt)[1] == "<end>\n<assistant>\n<think>\n"


def test_an_argument_that_the_template_never_reads_is_refused() -> None:
    """It would enter the key and change nothing."""
    with pytest.raises(ModelProblem, match=r"unknown argument 'enable_thinkin'.*enable_thinking"):
        rendered(SWITCH, told={"enable_thinkin": False})


def test_content_is_a_string_where_the_template_prints_it() -> None:
    """A list would be printed as Python writes it."""
    text, _ = rendered(STRINGS)
    assert text == "USER: Rules.\n<image>\nLook. Why?\nASSISTANT: I say ("


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (DEAF, "leaves the user's words out"),
        (BLIND, "leaves the picture out"),
        (LOUD, "leaves the user's words out"),
        (RAISES, r"refuses a user's turn \(I want tools\)"),
        ("{% for m in messages", "refuses a user's turn"),
    ],
)
def test_a_template_that_does_not_ask_what_is_meant_is_refused(source: str, said: str) -> None:
    """One sentence that names the processor, and no score."""
    with pytest.raises(ModelProblem, match=f"the chat template of Templated {said}") as caught:
        rendered(source)
    assert "\n" not in str(caught.value)


def test_words_that_the_template_changes_are_refused() -> None:
    """What was meant is not what the model would read."""
    source = OPENED.replace("{{ c['text'] }}", "{{ c['text']|replace('Look', 'See') }}")
    with pytest.raises(RequestProblem, match=r"changes the user's words 'Look\. Why\?'"):
        rendered(source)


def test_the_tokenizers_template_serves_where_the_processor_has_none() -> None:
    """As transformers finds it for text models."""
    processor = Templated(OPENED)
    processor.tokenizer = SimpleNamespace(chat_template=OPENED)  # type: ignore[attr-defined]
    processor.chat_template = None  # type: ignore[assignment]
    assert Renderer(processor)(WORDS)[1] == "<end>\n<assistant>\nI say ("


def test_processor_without_template_gets_the_plain_form() -> None:
    """`USER: … ASSISTANT:` with the processor's image token."""
    processor: Any = SimpleNamespace(chat_template=None, image_token="<img>")  # noqa: S106 - a placeholder
    prompt = Prompt(prefix=("rules ", picture("red")), suffix="why?", lead_in="(")
    text, tail = Renderer(processor)(prompt)
    assert text == "USER: rules <img>\nwhy? ASSISTANT: ("
    assert tail == " ASSISTANT: ("


def test_image_without_any_token_for_it_is_refused() -> None:
    """An image that is silently left out would be scored as if it was seen."""
    with pytest.raises(ModelProblem, match="neither a chat template that shows pictures nor"):
        plain_chat(SimpleNamespace(), [None, "why?"])
    assert plain_chat(SimpleNamespace(), ["why?"]) == "USER: why? ASSISTANT:"
