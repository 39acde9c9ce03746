"""Registry, listings, matching, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_subject"), ["subject"], unique=False)

    op.create_table(
        "change_counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_change_counters")),
    )
    op.create_table(
        "corpus_snapshots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("encoder", sa.String(length=80), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corpus_snapshots")),
    )
    with op.batch_alter_table("corpus_snapshots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corpus_snapshots_encoder"), ["encoder"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "enterprise",
                "research_platform",
                "financial_institution",
                "service_provider",
                "association",
                name="organisationkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("town", sa.String(length=9), nullable=False),
        sa.Column(
            "scale",
            sa.Enum("large", "medium", "small", "micro", name="scale", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisations_uscc")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_town"), ["town"], unique=False)

    op.create_table(
        "listings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_ref", sa.String(length=60), nullable=True),
        sa.Column("side", sa.Enum("need", "offer", name="side", native_enum=False, length=40), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "product", "capacity", "technology", "service", "equipment", name="form", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "closed", "expired", name="state", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "visibility",
            sa.Enum("public", "redacted", "consent", name="visibility", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("cooperation", sa.JSON(), nullable=False),
        sa.Column(
            "maturity",
            sa.Enum(
                "developing",
                "prototype",
                "lab_tested",
                "pilot_tested",
                "mass_production",
                name="maturity",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("trl", sa.SmallInteger(), nullable=True),
        sa.Column(
            "ip_type",
            sa.Enum(
                "invention",
                "utility_model",
                "design",
                "software",
                "know_how",
                "plant_variety",
                name="iptype",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "ip_status",
            sa.Enum("none", "secret", "applied", "granted", "lapsed", name="ipstatus", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("ip_no", sa.String(length=60), nullable=True),
        sa.Column("price_low_fen", sa.BigInteger(), nullable=True),
        sa.Column("price_high_fen", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("partner_sought", sa.Text(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("price_low_fen <= price_high_fen", name=op.f("ck_listings_price_order")),
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name=op.f("ck_listings_trl_range")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_listings_validity_order")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_listings_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("organisation_id", "source_ref", name=op.f("uq_listings_organisation_id")),
    )
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listings_change_seq"), ["change_seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_listings_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "organisation_nodes",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_nodes_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "node", name=op.f("pk_organisation_nodes")),
    )
    with op.batch_alter_table("organisation_nodes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_nodes_node"), ["node"], unique=False)

    op.create_table(
        "organisation_titles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "title",
            sa.Enum(
                "above_scale",
                "high_tech",
                "tech_sme",
                "innovative_sme",
                "srdi",
                "little_giant",
                "champion",
                "chain_leader",
                name="titlekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("certificate_no", sa.String(length=60), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_titles_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_titles")),
    )
    with op.batch_alter_table("organisation_titles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_titles_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "listing_nodes",
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_listing_nodes_listing_id_listings")),
        sa.PrimaryKeyConstraint("listing_id", "node", name=op.f("pk_listing_nodes")),
    )
    with op.batch_alter_table("listing_nodes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_nodes_node"), ["node"], unique=False)

    op.create_table(
        "listing_vectors",
        sa.Column("listing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("encoder", sa.String(length=80), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("sentences", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name=op.f("fk_listing_vectors_listing_id_listings")),
        sa.PrimaryKeyConstraint("listing_id", "encoder", name=op.f("pk_listing_vectors")),
    )
    counters = sa.table("change_counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("audit", "listings", "vectors")])


def downgrade() -> None:
    op.drop_table("listing_vectors")
    with op.batch_alter_table("listing_nodes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listing_nodes_node"))

    op.drop_table("listing_nodes")
    with op.batch_alter_table("organisation_titles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_titles_organisation_id"))

    op.drop_table("organisation_titles")
    with op.batch_alter_table("organisation_nodes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_nodes_node"))

    op.drop_table("organisation_nodes")
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listings_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_listings_change_seq"))

    op.drop_table("listings")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_town"))
        batch_op.drop_index(batch_op.f("ix_organisations_name"))

    op.drop_table("organisations")
    with op.batch_alter_table("corpus_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corpus_snapshots_encoder"))

    op.drop_table("corpus_snapshots")
    op.drop_table("change_counters")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject"))

    op.drop_table("audit_entries")
