"""A prompt as the body of a chat completion: text parts, pictures as data URLs, the lead-in.

Knows no server and no answer.
"""

from __future__ import annotations

import base64
import io
from typing import Any

from benchmark.models.weights.pictures import Recent
from benchmark.models.weights.rendering import user_parts
from benchmark.records import ImageRef, Prompt

# Of vLLM and SGLang: the last message stays open and the model continues it.
CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}

Body = dict[str, Any]


class Messages:
    """Prompts as chat messages; the last pictures' URLs are kept, as the next prompt shows them."""

    def __init__(self, pictures: int = 8) -> None:
        self._urls: Recent[str] = Recent(pictures)

    def body(self, prompt: Prompt, *, lead_in: str, continues: bool, before: str = "") -> Body:
        """Messages and flags; a lead-in that cannot be continued is the user's last line.

        ``before`` is what the template leaves out at the beginning of a turn that is continued.
        """
        if continues and lead_in:
            turn = {"role": "assistant", "content": before + lead_in}
            return {"messages": [self._user(prompt, ""), turn], **CONTINUE}
        return {"messages": [self._user(prompt, lead_in)]}

    def _user(self, prompt: Prompt, closing: str) -> Body:
        parts = list(user_parts(prompt))
        last = parts[-1] if parts else None
        if closing and last is not None:
            parts[-1] = last + ("" if last.endswith("\n") else "\n") + closing
        elif closing:
            parts.append(closing)
        if not prompt.images:
            return {"role": "user", "content": "".join(part or "" for part in parts)}
        images = iter(prompt.images)
        return {
            "role": "user",
            "content": [
                {"type": "text", "text": part}
                if part is not None
                else {"type": "image_url", "image_url": {"url": self._url(next(images))}}
                for part in parts
            ],
        }

    def _url(self, image: ImageRef) -> str:
        return self._urls.get(image.digest, lambda: data_url(image))


def data_url(image: ImageRef) -> str:
    """The picture as a PNG, which keeps every pixel."""
    buffer = io.BytesIO()
    image.pixels().save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
