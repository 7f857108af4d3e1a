"""Chips of cards that were scrapped and made again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of replaced chips."""
    op.create_table(
        "replaced_chips",
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_replaced_chips"),
        sa.ForeignKeyConstraint(["token"], ["cards.token"], name="fk_replaced_chips_token"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_replaced_chips_job"),
    )


def downgrade() -> None:
    """Drop what was added: the site could bind a scrapped chip again."""
    op.drop_table("replaced_chips")
