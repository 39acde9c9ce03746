"""Letters to participants without a login, and why an event was called off."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "participant_letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("participant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder",
                "changed",
                "timetable",
                "place",
                "withdrawn",
                "restored",
                "moved",
                "cancelled",
                "called_off",
                name="letterkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outgoing_mails.id"], name=op.f("fk_participant_letters_mail_id_outgoing_mails")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_participant_letters_participant_id_participants")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_letters")),
        sa.UniqueConstraint("participant_id", "once", name=op.f("uq_participant_letters_participant_id")),
    )
    with op.batch_alter_table("participant_letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_letters_done_at"), ["done_at"], unique=False)
    # Rows of other tables point to these two: SQLite must change them in place and not copy them.
    op.add_column("participants", sa.Column("letters_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("events", sa.Column("cancelled_reason", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    op.drop_column("events", "cancelled_reason")
    op.drop_column("participants", "letters_stopped_at")
    with op.batch_alter_table("participant_letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participant_letters_done_at"))

    op.drop_table("participant_letters")
