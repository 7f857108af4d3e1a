"""What the tap page needs: colours, versions, redirects, counts of taps and of misses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("profiles", sa.Column("colour", sa.Text, nullable=False, server_default=""))
    op.add_column("profiles", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("cards", sa.Column("redirect_url", sa.Text))
    op.create_table(
        "taps",
        sa.Column("profile_uid", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("profile_uid", "day", "token", "channel", name="pk_taps"),
        sa.ForeignKeyConstraint(
            ["profile_uid"], ["profiles.uid"], name="fk_taps_profile_uid", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "misses",
        sa.Column("prefix_hmac", sa.String(32), nullable=False),
        sa.Column("window", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("window", "prefix_hmac", name="pk_misses"),
    )
    op.create_table(
        "numbers_links",
        sa.Column("profile_uid", sa.Text, nullable=False),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("profile_uid", name="pk_numbers_links"),
        sa.ForeignKeyConstraint(
            ["profile_uid"],
            ["profiles.uid"],
            name="fk_numbers_links_profile_uid",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("key_sha256", name="uq_numbers_links_key_sha256"),
    )


def downgrade() -> None:
    """Drop what was added, with all it holds."""
    op.drop_table("numbers_links")
    op.drop_table("misses")
    op.drop_table("taps")
    op.drop_column("cards", "redirect_url")
    op.drop_column("profiles", "version")
    op.drop_column("profiles", "colour")
