"""The tables, as declared; migrations lead to exactly this."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.column_types import ExactFloat, ExactText

metadata = MetaData()


def _step_key() -> Column[int]:
    return Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), nullable=False)


sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("instruction", ExactText, nullable=False),
    Column("profile", ExactText, nullable=False),
    Column("url", ExactText, nullable=False),
    Column("task_id", String(200), nullable=False, server_default=""),
    Column("config", ExactText, nullable=False),
    Column("status", String(32), nullable=False, server_default="running"),
    Column("message", ExactText, nullable=False, server_default=""),
    Column("grade", ExactText),
)
observations = Table(
    "observations",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("url", ExactText, nullable=False),
    Column("title", ExactText, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("observation", String(64), ForeignKey("observations.sha256"), nullable=False),
    Column("action", ExactText, nullable=False),
    Column("description", ExactText, nullable=False),
    Column("effect", String(16), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("decided_at", Float, nullable=False),
    Column("state", String(16), nullable=False),
    Column("moment", ExactText),
    UniqueConstraint("session_id", "number", name="uq_steps_session_number"),
)
Index("ix_steps_effect", steps.c.effect)
proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    _step_key(),
    Column("rank", Integer, nullable=False),
    Column("action", ExactText, nullable=False),
    Column("rationale", ExactText, nullable=False),
    Column("probability", ExactFloat, nullable=False),
    Column("commit_risk", ExactFloat),
    Column("chosen", Boolean, nullable=False),
)
Index("ix_proposals_step", proposals.c.step_id)
branches = Table(
    "branches",
    metadata,
    Column("id", Integer, primary_key=True),
    _step_key(),
    Column("rank", Integer, nullable=False),
    Column("action", ExactText, nullable=False),
    Column("value", ExactFloat, nullable=False),
    Column("uncertainty", ExactFloat, nullable=False),
    Column("proposal", Integer),
)
Index("ix_branches_step", branches.c.step_id)
imagined_steps = Table(
    "imagined_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("branch_id", Integer, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", ExactText, nullable=False),
    Column("predicted", ExactText, nullable=False),
    Column("value", ExactFloat, nullable=False),
    Column("uncertainty_policy", ExactFloat),
    Column("uncertainty_model", ExactFloat),
)
Index("ix_imagined_steps_branch", imagined_steps.c.branch_id)
verdicts = Table(
    "verdicts",
    metadata,
    Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("reason", ExactText, nullable=False),
    Column("risk", ExactFloat),
    Column("uncertainty", ExactFloat),
    Column("threshold", ExactFloat),
)
outcomes = Table(
    "outcomes",
    metadata,
    Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True),
    Column("finished_at", Float, nullable=False),
    Column("observation", String(64), ForeignKey("observations.sha256")),
    Column("error", ExactText, nullable=False),
    Column("executed", Boolean, nullable=False),
    Column("reward", ExactFloat, nullable=False),
    Column("terminated", Boolean, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("held_requests", ExactText, nullable=False),
    Column("moment", ExactText),
)
