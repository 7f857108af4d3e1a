"""Submissions, consent records and events, the outbox, archived notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of the reciprocal form."""
    _create_submissions()
    _create_consent()
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("profile_uid", sa.String(36), nullable=False),
        sa.Column("subject_ref", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])
    op.create_index("ix_outbox_subject_ref", "outbox", ["subject_ref"])
    op.create_table(
        "notices",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_notices"),
    )


def _create_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("subject_ref", sa.String(26), nullable=False),
        sa.Column("record_id", sa.String(26), nullable=False),
        sa.Column("receipt_sha256", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("card", sa.String(13), nullable=False),
        sa.Column("profile_uid", sa.String(36), nullable=False),
        sa.Column("recipient_name", sa.Text, nullable=False),
        sa.Column("recipient_organization", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Text) for name in ("given_name", "family_name", "email", "tel")),
        *(sa.Column(name, sa.Text) for name in ("organization", "organization_title", "message")),
        sa.Column("commit_salt", sa.LargeBinary(32)),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("subject_ref", name="pk_submissions"),
        sa.UniqueConstraint("record_id", name="uq_submissions_record_id"),
        sa.UniqueConstraint("receipt_sha256", name="uq_submissions_receipt_sha256"),
        sa.UniqueConstraint("nonce", name="uq_submissions_nonce"),
    )
    op.create_index("ix_submissions_profile_uid", "submissions", ["profile_uid"])


def _create_consent() -> None:
    op.create_table(
        "consent_records",
        sa.Column("record_id", sa.String(26), nullable=False),
        sa.Column("subject_ref", sa.String(26), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_consent_records"),
        sa.UniqueConstraint("subject_ref", name="uq_consent_records_subject_ref"),
    )
    op.create_table(
        "consent_events",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("record_id", sa.String(26), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("purpose_ids", sa.Text, nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("actor_ref", sa.String(64), nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=False),
        sa.Column("record_sha256", sa.String(64), nullable=False),
        sa.Column("prev", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_consent_events"),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["consent_records.record_id"],
            name="fk_consent_events_record_id",
        ),
        sa.UniqueConstraint("event_id", name="uq_consent_events_event_id"),
        sa.UniqueConstraint("prev", name="uq_consent_events_prev"),
        sa.UniqueConstraint("hash", name="uq_consent_events_hash"),
    )
    op.create_index("ix_consent_events_record_id", "consent_events", ["record_id"])


def downgrade() -> None:
    """Not offered: consent records are proof, and are not thrown away."""
    raise NotImplementedError("consent records are not thrown away")
