"""Counts tokens as the text encoder does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from worldmodel.text_encoder import model_folder


@cache
def counter() -> Callable[[Sequence[str]], list[int]]:
    """A function that gives the tokens of each of several lines. Raises EncoderError where the encoder is missing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    @lru_cache(maxsize=50_000)
    def known(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False))

    return lambda lines: [known(text) for text in lines]
