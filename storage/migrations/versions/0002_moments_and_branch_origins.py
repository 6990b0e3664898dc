"""Pages are stored once however often they are seen; branches name the proposal they grew from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("steps", sa.Column("moment", sa.Text(), nullable=True))
    op.add_column("outcomes", sa.Column("moment", sa.Text(), nullable=True))
    op.add_column("branches", sa.Column("proposal", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table, column in (("branches", "proposal"), ("outcomes", "moment"), ("steps", "moment")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
