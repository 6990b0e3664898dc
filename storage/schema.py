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
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _step_key() -> Column[int]:
    return Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), nullable=False)


sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("instruction", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("task_id", String(200), nullable=False, server_default=""),
    Column("config", Text, nullable=False),
    Column("status", String(32), nullable=False, server_default="running"),
    Column("message", Text, nullable=False, server_default=""),
    Column("grade", Text),
)
observations = Table(
    "observations",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("observation", String(64), ForeignKey("observations.sha256"), nullable=False),
    Column("action", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("effect", String(16), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("decided_at", Float, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("session_id", "number", name="uq_steps_session_number"),
)
Index("ix_steps_effect", steps.c.effect)
proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    _step_key(),
    Column("rank", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("rationale", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("commit_risk", Float),
    Column("chosen", Boolean, nullable=False),
)
Index("ix_proposals_step", proposals.c.step_id)
branches = Table(
    "branches",
    metadata,
    Column("id", Integer, primary_key=True),
    _step_key(),
    Column("rank", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("uncertainty", Float, nullable=False),
)
Index("ix_branches_step", branches.c.step_id)
imagined_steps = Table(
    "imagined_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("branch_id", Integer, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("predicted", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("uncertainty_policy", Float),
    Column("uncertainty_model", Float),
)
Index("ix_imagined_steps_branch", imagined_steps.c.branch_id)
verdicts = Table(
    "verdicts",
    metadata,
    Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("risk", Float),
    Column("uncertainty", Float),
    Column("threshold", Float),
)
outcomes = Table(
    "outcomes",
    metadata,
    Column("step_id", Integer, ForeignKey("steps.id", ondelete="CASCADE"), primary_key=True),
    Column("finished_at", Float, nullable=False),
    Column("observation", String(64), ForeignKey("observations.sha256")),
    Column("error", Text, nullable=False),
    Column("executed", Boolean, nullable=False),
    Column("reward", Float, nullable=False),
    Column("terminated", Boolean, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("held_requests", Text, nullable=False),
)
