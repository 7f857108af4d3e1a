"""Profiles, jobs and cards."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

STATES = "'ordered', 'encoded', 'active', 'suspended', 'retired', 'unclaimed'"
PROFILE_TEXTS = (
    "given_name",
    "family_name",
    "function",
    "company",
    "mobile",
    "phone",
    "fax",
    "email",
    "street",
    "postcode",
    "city",
    "country",
    "website",
    "links",
    "photo",
    "logo",
    "language",
    "visible",
)


def upgrade() -> None:
    """Make the tables."""
    _make_profiles()
    _make_jobs()
    _make_cards()


def downgrade() -> None:
    """Drop the tables, with all they hold."""
    op.drop_table("cards")
    op.drop_table("jobs")
    op.drop_table("profiles")


def _make_profiles() -> None:
    op.create_table(
        "profiles",
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("slug", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in PROFILE_TEXTS),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_profiles"),
        sa.UniqueConstraint("reference", name="uq_profiles_reference"),
        sa.UniqueConstraint("slug", name="uq_profiles_slug"),
    )


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("chips", sa.Text, nullable=False),
        sa.Column("protection", sa.Text, nullable=False),
        sa.Column("require_genuine", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("year", "number", name="uq_jobs_year_number"),
    )


def _make_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("profile_uid", sa.Text),
        sa.Column("job", sa.Text),
        sa.Column("position", sa.Integer),
        sa.Column("uid", sa.Text),
        sa.Column("chip", sa.Text),
        sa.Column("protection", sa.Text),
        sa.Column("genuine", sa.Boolean),
        sa.Column("digest", sa.Text),
        sa.Column("station", sa.Text),
        sa.Column("operator", sa.Text),
        sa.Column("stages", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_cards"),
        sa.UniqueConstraint("uid", name="uq_cards_uid"),
        sa.UniqueConstraint("job", "position", name="uq_cards_job_position"),
        sa.ForeignKeyConstraint(["profile_uid"], ["profiles.uid"], name="fk_cards_profile_uid"),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_cards_job"),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_cards_state")),
    )
    op.create_index("ix_cards_profile_uid", "cards", ["profile_uid"])
