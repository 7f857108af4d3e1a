"""Stations and their tokens, cancelled jobs, activation codes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what jobs over HTTP need."""
    op.create_table(
        "stations",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_on", sa.Date),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_stations"),
    )
    op.create_index(
        "uq_stations_name_in_use",
        "stations",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "activations",
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_activations"),
        sa.ForeignKeyConstraint(["token"], ["cards.token"], name="fk_activations_token"),
    )
    op.add_column("jobs", sa.Column("cancelled_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop what was added, with all it holds."""
    op.drop_column("jobs", "cancelled_at")
    op.drop_table("activations")
    op.drop_table("stations")
