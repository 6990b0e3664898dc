"""Checkpoints: safetensors files with a declared format, written atomically, refused by name when they don't fit."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file


class CheckpointFormatError(Exception):
    """A file is missing, corrupt, foreign, or holds values that are no numbers."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tensors by name, and what they were made for."""

    kind: str
    """What the weights are for, for example `policy/1`."""
    tensors: Mapping[str, torch.Tensor]
    details: Mapping[str, Any]
    """JSON-able facts: hyper-parameters, calibration, seeds."""
    sha256: str = ""


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write `path` whole or not at all (a temporary file beside it, synced, then renamed)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".partial")
    metadata = {"kind": checkpoint.kind, "details": json.dumps(dict(checkpoint.details), sort_keys=True)}
    save_file({name: tensor.contiguous() for name, tensor in checkpoint.tensors.items()}, partial, metadata=metadata)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)


def load(path: Path, kind: str) -> Checkpoint:
    """Read a checkpoint of this kind. Raises CheckpointFormatError, naming the file and what is wrong with it."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with safe_open(path, framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except FileNotFoundError as error:
        raise CheckpointFormatError(f"There is no checkpoint at {path}.") from error
    except (OSError, SafetensorError) as error:
        raise CheckpointFormatError(f"{path} is not a readable safetensors file ({error}).") from error
    if metadata.get("kind") != kind:
        raise CheckpointFormatError(f"{path} holds {metadata.get('kind') or 'foreign weights'!r}, not {kind!r}.")
    broken = [name for name, tensor in tensors.items() if tensor.is_floating_point() and not tensor.isfinite().all()]
    if broken:
        raise CheckpointFormatError(f"{path}: tensor {broken[0]!r} holds values that are no numbers.")
    try:
        details = json.loads(metadata.get("details", "{}"))
    except json.JSONDecodeError as error:
        raise CheckpointFormatError(f"{path}: its description is not JSON ({error}).") from error
    return Checkpoint(kind=kind, tensors=tensors, details=details, sha256=digest)
