"""What each part of the embedded policy's training is worth: arms trained from nothing for the same time.

    python -m benchmarks.ablations --data FOLDER … --corrections FOLDER … --validation FOLDER … --json FILE
        [--arm whole frozen … data/4] [--minutes 7] [--seed 1] [--count 30] [--threads 2]

`--data` and `--corrections` are folders of `webdreamer rehearse`, the latter with steps of the policy's own. The arms:
`whole`; `frozen` (no adapters on the encoder's vectors); `words` (no late interaction with words of the request);
`corrections`, `wishes`, `advice` (each without); `data/N` (every N-th file, so whole episodes). Each arm tells how
often its first choice is right on validation pages, and what share of `--count` validation tasks of each suite it
brings to their end, without a browser. Arms that the JSON file holds by the same settings are not trained again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.policies.scorer.network import NetworkConfig
from webdreamer_app.policies.scorer.shards import PackedSet
from webdreamer_app.policies.scorer.training import TrainingConfig, train
from webdreamer_app.policies.scorer.vectors import Embeddings
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.meanings import numbers
from webdreamer_app.rehearsal.own_commits import attempts, success_rate
from worldmodel.text_encoder import TextEncoder

ARMS = ("whole", "frozen", "words", "corrections", "wishes", "advice", "data/2", "data/4", "data/8", "data/16")


def read(folders: Sequence[Path], into: PackedSet) -> int:
    """Take in every shard of some folders; how many there are."""
    found = [file for folder in folders for file in sorted(folder.glob("*.shard"))]
    for file in found:
        into.add(file, _group(file))
    return len(found)


def _group(file: Path) -> int:
    return next((place for place, name in enumerate(REHEARSED) if file.name.startswith(name)), len(REHEARSED))


def examples_of(arm: str, whole: PackedSet, uncorrected: int) -> PackedSet:
    """What an arm is trained on. `uncorrected`: how many shards, from the first, have no step of the policy's own."""
    every = int(arm.removeprefix("data/")) if arm.startswith("data/") else 1

    def keep(index: int) -> bool:
        if arm == "corrections":
            return whole.shard(index) < uncorrected
        if arm == "wishes":
            return bool(whole.part("weight", index)[0] == 1.0)
        return whole.shard(index) % every == 0

    return whole.subset([index for index in range(len(whole)) if keep(index)])


def measure(
    arm: str, data: PackedSet, validation: PackedSet, minutes: float, seed: int, count: int, encoder: TextEncoder
) -> dict[str, Any]:
    """Train one arm, and let it act."""
    sizes = NetworkConfig(meanings=len(numbers()), adapted=arm != "frozen", late_interaction=arm != "words")
    with TemporaryDirectory(prefix="webdreamer-") as folder:
        out = Path(folder) / "arm.safetensors"
        config = TrainingConfig(minutes=minutes, seed=seed, advice_dropout=1.0 if arm == "advice" else 0.0)
        details = train(data, validation, out, config, network=sizes, echo=lambda line: None)
        decider = Decider.load(out, encoder)
        tried = list(attempts(decider, REHEARSED, "validation", 5, count))
    figures: dict[str, Any] = {"trained on": len(data), "steps": details["steps"], **details["validation"]}
    return figures | {f"{name} success": success_rate(tried, name) for name in REHEARSED}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--corrections", type=Path, nargs="*", default=[])
    parser.add_argument("--validation", type=Path, nargs="+", required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--arm", nargs="*", choices=ARMS, default=list(ARMS))
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    whole, validation = PackedSet(), PackedSet()
    uncorrected = read(options.data, whole)
    if not read(options.corrections, whole) and "corrections" in options.arm:
        parser.error("the arm 'corrections' leaves out what --corrections holds: name folders with shards there.")
    if not uncorrected or not read(options.validation, validation):
        parser.error("--data and --validation need folders with *.shard files: make them with `webdreamer rehearse`.")
    encoder = TextEncoder.load(capacity=20_000)
    settings = {"minutes": options.minutes, "seed": options.seed, "tasks": options.count, "states": len(whole)}
    for packed in (whole, validation):
        packed.embed(encoder, torch.float32, Embeddings(options.json.with_suffix(".texts")))
    known: dict[str, Any] = json.loads(options.json.read_text()) if options.json.exists() else {}
    for arm in options.arm:
        if known.get(arm, {}).get("settings") == settings:
            continue
        data = examples_of(arm, whole, uncorrected)
        figures = measure(arm, data, validation, options.minutes, options.seed, options.count, encoder)
        known[arm] = {"settings": settings} | figures
        options.json.write_text(json.dumps(known, indent=1))
        print(arm, json.dumps(known[arm]), flush=True)


if __name__ == "__main__":
    main()
