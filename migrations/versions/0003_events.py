"""What an event needs: slots and tables, who comes, pairs, timetables, meetings and their outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "candidate_lists",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_candidate_lists_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_lists")),
        sa.UniqueConstraint("key", name=op.f("uq_candidate_lists_key")),
    )
    with op.batch_alter_table("candidate_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_lists_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_slots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("session", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_event_slots_time_order")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_slots_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_slots")),
        sa.UniqueConstraint("event_id", "starts_at", name=op.f("uq_event_slots_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_event_slots_key")),
    )
    op.create_table(
        "event_tables",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.Enum("table", "booth", name="tablekind", native_enum=False, length=40), nullable=False),
        sa.Column("area", sa.String(length=60), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_tables_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_tables")),
        sa.UniqueConstraint("event_id", "label", name=op.f("uq_event_tables_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_event_tables_key")),
    )
    op.create_table(
        "event_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind", sa.Enum("candidates", "timetable", name="taskkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum("queued", "running", "done", "failed", "stopped", name="taskstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_tasks_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_tasks")),
    )
    with op.batch_alter_table("event_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_tasks_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_tasks_state"), ["state"], unique=False)

    op.create_table(
        "guest_rankings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_guest_rankings_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_rankings")),
        sa.UniqueConstraint("key", name=op.f("uq_guest_rankings_key")),
    )
    with op.batch_alter_table("guest_rankings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_rankings_event_id"), ["event_id"], unique=False)

    op.create_table(
        "pack_merges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_pack_merges_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_merges")),
        sa.UniqueConstraint("digest", name=op.f("uq_pack_merges_digest")),
    )
    with op.batch_alter_table("pack_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_merges_event_id"), ["event_id"], unique=False)

    op.create_table(
        "registrations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("town", sa.String(length=9), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "listed",
                "invited",
                "applied",
                "waiting",
                "confirmed",
                "declined",
                "refused",
                "cancelled",
                name="registrationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("list", "open", "import", "walk_in", name="registrationsource", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("need_text", sa.Text(), nullable=False),
        sa.Column("offer_text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_registrations_event_id_events")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_registrations_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("key", name=op.f("uq_registrations_key")),
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registrations_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registrations_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_registrations_organisation",
            ["event_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("organisation_id IS NOT NULL"),
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        )

    op.create_table(
        "timetables",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "published", "withdrawn", "superseded", name="timetablestate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("meetings", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("instance", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_timetables_event_id_events")),
        sa.ForeignKeyConstraint(["parent_id"], ["timetables.id"], name=op.f("fk_timetables_parent_id_timetables")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetables")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_timetables_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_timetables_key")),
    )
    op.create_table(
        "brought_listings",
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_brought_listings_listing_id_listings")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_brought_listings_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("registration_id", "listing_id", name=op.f("pk_brought_listings")),
    )
    op.create_table(
        "event_pairs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("a_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("b_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.Enum("none", "must", "never", name="mark", native_enum=False, length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column(
            "request",
            sa.Enum(
                "none",
                "asked",
                "accepted",
                "declined",
                "expired",
                "withdrawn",
                name="requeststate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_event_pairs_order")),
        sa.ForeignKeyConstraint(["a_id"], ["registrations.id"], name=op.f("fk_event_pairs_a_id_registrations")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["registrations.id"], name=op.f("fk_event_pairs_asked_by_id_registrations")
        ),
        sa.ForeignKeyConstraint(["b_id"], ["registrations.id"], name=op.f("fk_event_pairs_b_id_registrations")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_pairs_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_pairs")),
        sa.UniqueConstraint("a_id", "b_id", name=op.f("uq_event_pairs_a_id")),
        sa.UniqueConstraint("key", name=op.f("uq_event_pairs_key")),
    )
    with op.batch_alter_table("event_pairs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_pairs_b_id"), ["b_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_pairs_event_id"), ["event_id"], unique=False)

    op.create_table(
        "participants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("away", sa.JSON(), nullable=False),
        sa.Column("meetings_min", sa.SmallInteger(), nullable=True),
        sa.Column("meetings_max", sa.SmallInteger(), nullable=True),
        sa.Column("table_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("badge", sa.String(length=8), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_participants_event_id_events")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_participants_person_id_people")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_participants_registration_id_registrations")
        ),
        sa.ForeignKeyConstraint(["table_id"], ["event_tables.id"], name=op.f("fk_participants_table_id_event_tables")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("event_id", "badge", name=op.f("uq_participants_event_id")),
        sa.UniqueConstraint("key", name=op.f("uq_participants_key")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participants_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participants_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("a_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("b_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("table_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state", sa.Enum("planned", "dropped", name="meetingstate", native_enum=False, length=40), nullable=False
        ),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("timetable_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_meetings_order")),
        sa.ForeignKeyConstraint(["a_id"], ["participants.id"], name=op.f("fk_meetings_a_id_participants")),
        sa.ForeignKeyConstraint(["b_id"], ["participants.id"], name=op.f("fk_meetings_b_id_participants")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_meetings_event_id_events")),
        sa.ForeignKeyConstraint(["slot_id"], ["event_slots.id"], name=op.f("fk_meetings_slot_id_event_slots")),
        sa.ForeignKeyConstraint(["table_id"], ["event_tables.id"], name=op.f("fk_meetings_table_id_event_tables")),
        sa.ForeignKeyConstraint(["timetable_id"], ["timetables.id"], name=op.f("fk_meetings_timetable_id_timetables")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("a_id", "b_id", name=op.f("uq_meetings_a_id")),
        sa.UniqueConstraint("key", name=op.f("uq_meetings_key")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_b_id"), ["b_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meetings_event_id"), ["event_id"], unique=False)

    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "continued", "negotiation", "agreement", "ended", name="followupanswer", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_follow_ups_meeting_id_meetings")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_follow_ups_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("key", name=op.f("uq_follow_ups_key")),
        sa.UniqueConstraint("meeting_id", "registration_id", name=op.f("uq_follow_ups_meeting_id")),
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "not_held",
                "not_interested",
                "informative",
                "cooperation",
                name="outcomekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_outcomes_meeting_id_meetings")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_outcomes_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("key", name=op.f("uq_outcomes_key")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(
            "uq_outcomes_desk",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL AND registration_id IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND registration_id IS NULL"),
        )
        batch_op.create_index(
            "uq_outcomes_side",
            ["meeting_id", "registration_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL AND registration_id IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND registration_id IS NOT NULL"),
        )

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series", sa.String(length=60), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("copied_from_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "entry",
                sa.Enum("invited", "approval", "open", name="entry", native_enum=False, length=40),
                server_default="approval",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "asking",
                sa.Enum("off", "opt_in", "opt_out", name="asking", native_enum=False, length=40),
                server_default="opt_in",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("requests_max", sa.SmallInteger(), server_default="8", nullable=False))
        batch_op.add_column(sa.Column("request_hours", sa.SmallInteger(), server_default="72", nullable=False))
        batch_op.add_column(sa.Column("meetings_min", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("meetings_max", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("resources", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("resources")
        batch_op.drop_column("meetings_max")
        batch_op.drop_column("meetings_min")
        batch_op.drop_column("request_hours")
        batch_op.drop_column("requests_max")
        batch_op.drop_column("asking")
        batch_op.drop_column("registration_closes_at")
        batch_op.drop_column("registration_opens_at")
        batch_op.drop_column("entry")
        batch_op.drop_column("capacity")
        batch_op.drop_column("copied_from_id")
        batch_op.drop_column("series")

    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outcomes_side",
            sqlite_where=sa.text("superseded_at IS NULL AND registration_id IS NOT NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND registration_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_outcomes_desk",
            sqlite_where=sa.text("superseded_at IS NULL AND registration_id IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL AND registration_id IS NULL"),
        )

    op.drop_table("outcomes")
    op.drop_table("follow_ups")
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meetings_event_id"))
        batch_op.drop_index(batch_op.f("ix_meetings_b_id"))

    op.drop_table("meetings")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_registration_id"))
        batch_op.drop_index(batch_op.f("ix_participants_person_id"))

    op.drop_table("participants")
    with op.batch_alter_table("event_pairs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_pairs_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_pairs_b_id"))

    op.drop_table("event_pairs")
    op.drop_table("brought_listings")
    op.drop_table("timetables")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registrations_organisation",
            sqlite_where=sa.text("organisation_id IS NOT NULL"),
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_registrations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_registrations_event_id"))

    op.drop_table("registrations")
    with op.batch_alter_table("pack_merges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_merges_event_id"))

    op.drop_table("pack_merges")
    with op.batch_alter_table("guest_rankings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_rankings_event_id"))

    op.drop_table("guest_rankings")
    with op.batch_alter_table("event_tasks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_tasks_state"))
        batch_op.drop_index(batch_op.f("ix_event_tasks_event_id"))

    op.drop_table("event_tasks")
    op.drop_table("event_tables")
    op.drop_table("event_slots")
    with op.batch_alter_table("candidate_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_lists_event_id"))

    op.drop_table("candidate_lists")
