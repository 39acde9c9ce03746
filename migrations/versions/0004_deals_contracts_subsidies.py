"""Deals, technology contracts, and the subsidy: policies, claims, decisions, the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Rows of these are written once. The database itself refuses to change or remove them, whoever asks.
APPEND_ONLY = ("subsidy_ledger", "subsidy_policies")


def upgrade() -> None:
    op.create_table(
        "subsidy_policies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_policies")),
        sa.UniqueConstraint("policy_id", "version", name=op.f("uq_subsidy_policies_policy_id")),
    )
    op.create_table(
        "organisation_ties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal_representative",
                "controller",
                "key_manager",
                "shareholder",
                "group",
                name="tiekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("holder_name", sa.String(length=120), nullable=False),
        sa.Column("holder_uscc", sa.String(length=18), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("share_bp > 0 AND share_bp <= 10000", name=op.f("ck_organisation_ties_share")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_organisation_ties_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_ties")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "holder_name",
            "holder_uscc",
            "valid_from",
            name=op.f("uq_organisation_ties_organisation_id"),
        ),
    )
    with op.batch_alter_table("organisation_ties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_ties_holder_name"), ["holder_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_ties_holder_uscc"), ["holder_uscc"], unique=False)

    op.create_table(
        "subsidy_actions",
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("result_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("once", name=op.f("pk_subsidy_actions")),
    )
    op.create_table(
        "subsidy_windows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("policy_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("limited", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_subsidy_windows_order")),
        sa.ForeignKeyConstraint(
            ["policy_row_id"], ["subsidy_policies.id"], name=op.f("fk_subsidy_windows_policy_row_id_subsidy_policies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_windows")),
        sa.UniqueConstraint("key", name=op.f("uq_subsidy_windows_key")),
        sa.UniqueConstraint("year", "policy_row_id", name=op.f("uq_subsidy_windows_year")),
    )
    op.create_table(
        "subsidy_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subsidy_batches_person_id_people")),
        sa.ForeignKeyConstraint(
            ["window_id"], ["subsidy_windows.id"], name=op.f("fk_subsidy_batches_window_id_subsidy_windows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_batches")),
        sa.UniqueConstraint("key", name=op.f("uq_subsidy_batches_key")),
        sa.UniqueConstraint("once", name=op.f("uq_subsidy_batches_once")),
        sa.UniqueConstraint("window_id", "number", name=op.f("uq_subsidy_batches_window_id")),
    )
    op.create_table(
        "deals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column(
            "kind", sa.Enum("technology", "order", name="dealkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "origin",
            sa.Enum("introduction", "meeting", "hand", name="dealorigin", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "talks",
                "intent",
                "signed",
                "registered",
                "performing",
                "completed",
                "ended",
                name="dealstage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("need_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("introduction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("matched_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("stage_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_deals_amount")),
        sa.CheckConstraint("buyer_id <> seller_id", name=op.f("ck_deals_two_sides")),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisations.id"], name=op.f("fk_deals_buyer_id_organisations")),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introductions.id"], name=op.f("fk_deals_introduction_id_introductions")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_deals_meeting_id_meetings")),
        sa.ForeignKeyConstraint(["need_id"], ["listings.id"], name=op.f("fk_deals_need_id_listings")),
        sa.ForeignKeyConstraint(["offer_id"], ["listings.id"], name=op.f("fk_deals_offer_id_listings")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_deals_owner_id_people")),
        sa.ForeignKeyConstraint(["seller_id"], ["organisations.id"], name=op.f("fk_deals_seller_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deals")),
        sa.UniqueConstraint("key", name=op.f("uq_deals_key")),
    )
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deals_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deals_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deals_seller_id"), ["seller_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deals_stage"), ["stage"], unique=False)
        batch_op.create_index("uq_deals_introduction_id", ["introduction_id"], unique=True)
        batch_op.create_index("uq_deals_meeting_id", ["meeting_id"], unique=True)

    op.create_table(
        "contracts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("source_ref", sa.String(length=60), nullable=True),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signed",
                "submitted",
                "supplement",
                "registered",
                "refused",
                "changed",
                "cancelled",
                "revoked",
                name="contractstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("DEV", "TRF", "LIC", "CON", "SVC", name="contractkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "sub_kind",
            sa.Enum(
                "entrusted",
                "cooperative",
                "conversion",
                "patent",
                "patent_application",
                "know_how",
                "other_ip",
                "exclusive_licence",
                "sole_licence",
                "common_licence",
                "know_how_licence",
                "other_licence",
                "feasibility",
                "forecast",
                "investigation",
                "evaluation",
                "general_service",
                "training",
                "intermediation",
                name="subkind",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("own_number", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("node", sa.String(length=6), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("indicators", sa.Text(), nullable=False),
        sa.Column("acceptance", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("ip_terms", sa.Text(), nullable=False),
        sa.Column("licence_scope", sa.Text(), nullable=False),
        sa.Column("ip", sa.JSON(), nullable=False),
        sa.Column(
            "payment_mode",
            sa.Enum("lump", "instalments", "royalty", "fee_royalty", name="paymentmode", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("royalty", sa.JSON(), nullable=False),
        sa.Column("foreign_text", sa.Boolean(), nullable=False),
        sa.Column("fiscal_fund", sa.Boolean(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=True),
        sa.Column("technology_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("matched_on", sa.Date(), nullable=True),
        sa.Column("registrar", sa.String(length=120), nullable=False),
        sa.Column("registration_no", sa.String(length=16), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column(
            "related",
            sa.Enum("none", "declared", "detected", "cleared", name="relatedparty", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "payment_mode IN ('royalty', 'fee_royalty') OR paid_fen <= coalesce(total_fen, 0)",
            name=op.f("ck_contracts_paid_total"),
        ),
        sa.CheckConstraint("paid_fen >= 0", name=op.f("ck_contracts_paid_positive")),
        sa.CheckConstraint(
            "registration_no IS NULL OR registered_on IS NOT NULL", name=op.f("ck_contracts_registered")
        ),
        sa.CheckConstraint(
            "technology_fen > 0 AND technology_fen <= total_fen", name=op.f("ck_contracts_technology_part")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_contracts_validity_order")),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_contracts_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("key", name=op.f("uq_contracts_key")),
        sa.UniqueConstraint("source_ref", name=op.f("uq_contracts_source_ref")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_node"), ["node"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_contracts_registration",
            ["registrar", "registration_no"],
            unique=True,
            sqlite_where=sa.text("registration_no IS NOT NULL"),
            postgresql_where=sa.text("registration_no IS NOT NULL"),
        )

    op.create_table(
        "deal_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reach", sa.Enum("own", "both", "office", name="notereach", native_enum=False, length=40), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_notes_deal_id_deals")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_deal_notes_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_notes")),
    )
    with op.batch_alter_table("deal_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_notes_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "deal_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "talks",
                "intent",
                "signed",
                "registered",
                "performing",
                "completed",
                "ended",
                name="dealstage",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "talks",
                "intent",
                "signed",
                "registered",
                "performing",
                "completed",
                "ended",
                name="dealstage",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deals.id"], name=op.f("fk_deal_steps_deal_id_deals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_steps")),
    )
    with op.batch_alter_table("deal_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_steps_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "contract_amounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("technology_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "technology_fen > 0 AND technology_fen <= total_fen", name=op.f("ck_contract_amounts_technology_part")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_amounts_contract_id_contracts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_amounts")),
    )
    with op.batch_alter_table("contract_amounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_amounts_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "contract_dues",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("milestone", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_contract_dues_amount")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_dues_contract_id_contracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_dues")),
    )
    with op.batch_alter_table("contract_dues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_dues_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "contract_parties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("buyer", "seller", "intermediary", name="partyrole", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("seal_name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "010",
                "021",
                "022",
                "023",
                "030",
                "100",
                "110",
                "150",
                "160",
                "170",
                "200",
                "300",
                name="partynature",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("country", sa.String(length=3), nullable=False),
        sa.Column("division", sa.String(length=6), nullable=False),
        sa.Column("paid_mandate", sa.Boolean(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_parties_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contract_parties_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_parties")),
    )
    with op.batch_alter_table("contract_parties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_parties_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_parties_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "contract_payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind", sa.Enum("payment", "refund", name="paymentkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("technology_fen", sa.BigInteger(), nullable=True),
        sa.Column("invoice_no", sa.String(length=40), nullable=False),
        sa.Column("invoice_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("receipt_no", sa.String(length=60), nullable=False),
        sa.Column("receipt_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_contract_payments_amount")),
        sa.CheckConstraint(
            "technology_fen >= 0 AND technology_fen <= amount_fen", name=op.f("ck_contract_payments_technology_part")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_payments_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_file_id"], ["stored_files.id"], name=op.f("fk_contract_payments_invoice_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_file_id"], ["stored_files.id"], name=op.f("fk_contract_payments_receipt_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_payments")),
    )
    with op.batch_alter_table("contract_payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_payments_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(
            "uq_contract_payments_receipt",
            ["contract_id", "receipt_no"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND receipt_no <> ''"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND receipt_no <> ''"),
        )

    op.create_table(
        "contract_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "draft",
                "signed",
                "submitted",
                "supplement",
                "registered",
                "refused",
                "changed",
                "cancelled",
                "revoked",
                name="contractstate",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "draft",
                "signed",
                "submitted",
                "supplement",
                "registered",
                "refused",
                "changed",
                "cancelled",
                "revoked",
                name="contractstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_steps_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_contract_steps_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_steps")),
    )
    with op.batch_alter_table("contract_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_steps_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "related_findings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "related",
            sa.Enum("none", "declared", "detected", "cleared", name="relatedparty", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("ties", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_related_findings_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_related_findings_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_findings")),
    )
    with op.batch_alter_table("related_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_related_findings_contract_id"), ["contract_id"], unique=False)

    op.create_table(
        "subsidy_claims",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("buyer", "seller", "intermediary", name="partyrole", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "origin", sa.Enum("found", "applied", name="claimorigin", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "found",
                "applied",
                "prechecked",
                "town_passed",
                "proposed",
                "notice",
                "approved",
                "paid",
                "returned",
                "refused",
                "withdrawn",
                "clawed_back",
                name="claimstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("higher_level_aid_fen", sa.BigInteger(), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("bank_name", sa.String(length=120), nullable=False),
        sa.Column("bank_account", sa.String(length=300), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("notice_from", sa.Date(), nullable=True),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_subsidy_claims_amount")),
        sa.CheckConstraint("higher_level_aid_fen >= 0", name=op.f("ck_subsidy_claims_aid")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["subsidy_batches.id"], name=op.f("fk_subsidy_claims_batch_id_subsidy_batches")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_subsidy_claims_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_subsidy_claims_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["subsidy_windows.id"], name=op.f("fk_subsidy_claims_window_id_subsidy_windows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_claims")),
        sa.UniqueConstraint("key", name=op.f("uq_subsidy_claims_key")),
    )
    with op.batch_alter_table("subsidy_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_claims_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_claims_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_claims_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_claims_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_subsidy_claims_standing",
            ["window_id", "contract_id", "role", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('refused', 'withdrawn', 'clawed_back')"),
            postgresql_where=sa.text("state NOT IN ('refused', 'withdrawn', 'clawed_back')"),
        )

    op.create_table(
        "subsidy_claim_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "found",
                "applied",
                "prechecked",
                "town_passed",
                "proposed",
                "notice",
                "approved",
                "paid",
                "returned",
                "refused",
                "withdrawn",
                "clawed_back",
                name="claimstate",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "found",
                "applied",
                "prechecked",
                "town_passed",
                "proposed",
                "notice",
                "approved",
                "paid",
                "returned",
                "refused",
                "withdrawn",
                "clawed_back",
                name="claimstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claims.id"], name=op.f("fk_subsidy_claim_steps_claim_id_subsidy_claims")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subsidy_claim_steps_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_claim_steps")),
        sa.UniqueConstraint("once", name=op.f("uq_subsidy_claim_steps_once")),
    )
    with op.batch_alter_table("subsidy_claim_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_claim_steps_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "subsidy_claw_backs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "registration_revoked",
                "contract_rescinded",
                "refund_received",
                "false_declaration",
                name="clawbackreason",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_subsidy_claw_backs_amount")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claims.id"], name=op.f("fk_subsidy_claw_backs_claim_id_subsidy_claims")
        ),
        sa.ForeignKeyConstraint(
            ["decided_person_id"], ["people.id"], name=op.f("fk_subsidy_claw_backs_decided_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_subsidy_claw_backs_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_person_id"], ["people.id"], name=op.f("fk_subsidy_claw_backs_proposed_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_claw_backs")),
        sa.UniqueConstraint("once", name=op.f("uq_subsidy_claw_backs_once")),
    )
    with op.batch_alter_table("subsidy_claw_backs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_claw_backs_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "subsidy_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_subsidy_decisions_amount")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claims.id"], name=op.f("fk_subsidy_decisions_claim_id_subsidy_claims")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subsidy_decisions_person_id_people")),
        sa.ForeignKeyConstraint(
            ["policy_row_id"], ["subsidy_policies.id"], name=op.f("fk_subsidy_decisions_policy_row_id_subsidy_policies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_decisions")),
    )
    with op.batch_alter_table("subsidy_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_decisions_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(
            "uq_subsidy_decisions_current",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.create_table(
        "subsidy_voices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind", sa.Enum("objection", "appeal", name="voicekind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_person_id"], ["people.id"], name=op.f("fk_subsidy_voices_answered_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claims.id"], name=op.f("fk_subsidy_voices_claim_id_subsidy_claims")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_voices")),
    )
    with op.batch_alter_table("subsidy_voices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_voices_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "subsidy_ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("window_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "budget",
                "budget_cut",
                "commit",
                "release",
                "pay",
                "claw_back",
                "recover",
                "reversal",
                name="entrykind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "credit",
            sa.Enum(
                "appropriation",
                "available",
                "committed",
                "paid",
                "receivable",
                name="account",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "debit",
            sa.Enum(
                "appropriation",
                "available",
                "committed",
                "paid",
                "receivable",
                name="account",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("claw_back_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_subsidy_ledger_amount")),
        sa.CheckConstraint("credit <> debit", name=op.f("ck_subsidy_ledger_two_accounts")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claims.id"], name=op.f("fk_subsidy_ledger_claim_id_subsidy_claims")
        ),
        sa.ForeignKeyConstraint(
            ["claw_back_id"], ["subsidy_claw_backs.id"], name=op.f("fk_subsidy_ledger_claw_back_id_subsidy_claw_backs")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_subsidy_ledger_file_id_stored_files")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_subsidy_ledger_person_id_people")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["subsidy_ledger.id"], name=op.f("fk_subsidy_ledger_reverses_id_subsidy_ledger")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["subsidy_windows.id"], name=op.f("fk_subsidy_ledger_window_id_subsidy_windows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_ledger")),
        sa.UniqueConstraint("once", name=op.f("uq_subsidy_ledger_once")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_subsidy_ledger_reverses_id")),
    )
    with op.batch_alter_table("subsidy_ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_ledger_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subsidy_ledger_window_id"), ["window_id"], unique=False)

    for table in APPEND_ONLY:
        _lock(table)


def downgrade() -> None:
    _unlock()
    with op.batch_alter_table("subsidy_ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_ledger_window_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_ledger_claim_id"))

    op.drop_table("subsidy_ledger")
    with op.batch_alter_table("subsidy_voices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_voices_claim_id"))

    op.drop_table("subsidy_voices")
    with op.batch_alter_table("subsidy_decisions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subsidy_decisions_current",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_subsidy_decisions_claim_id"))

    op.drop_table("subsidy_decisions")
    with op.batch_alter_table("subsidy_claw_backs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_claw_backs_claim_id"))

    op.drop_table("subsidy_claw_backs")
    with op.batch_alter_table("subsidy_claim_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_claim_steps_claim_id"))

    op.drop_table("subsidy_claim_steps")
    with op.batch_alter_table("subsidy_claims", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subsidy_claims_standing",
            sqlite_where=sa.text("state NOT IN ('refused', 'withdrawn', 'clawed_back')"),
            postgresql_where=sa.text("state NOT IN ('refused', 'withdrawn', 'clawed_back')"),
        )
        batch_op.drop_index(batch_op.f("ix_subsidy_claims_state"))
        batch_op.drop_index(batch_op.f("ix_subsidy_claims_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_claims_contract_id"))
        batch_op.drop_index(batch_op.f("ix_subsidy_claims_batch_id"))

    op.drop_table("subsidy_claims")
    with op.batch_alter_table("related_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_related_findings_contract_id"))

    op.drop_table("related_findings")
    with op.batch_alter_table("contract_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_steps_contract_id"))

    op.drop_table("contract_steps")
    with op.batch_alter_table("contract_payments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contract_payments_receipt",
            sqlite_where=sa.text("withdrawn_at IS NULL AND receipt_no <> ''"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND receipt_no <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_contract_payments_contract_id"))

    op.drop_table("contract_payments")
    with op.batch_alter_table("contract_parties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_parties_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_contract_parties_contract_id"))

    op.drop_table("contract_parties")
    with op.batch_alter_table("contract_dues", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_dues_contract_id"))

    op.drop_table("contract_dues")
    with op.batch_alter_table("contract_amounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_amounts_contract_id"))

    op.drop_table("contract_amounts")
    with op.batch_alter_table("deal_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_steps_deal_id"))

    op.drop_table("deal_steps")
    with op.batch_alter_table("deal_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_notes_deal_id"))

    op.drop_table("deal_notes")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contracts_registration",
            sqlite_where=sa.text("registration_no IS NOT NULL"),
            postgresql_where=sa.text("registration_no IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_contracts_state"))
        batch_op.drop_index(batch_op.f("ix_contracts_node"))
        batch_op.drop_index(batch_op.f("ix_contracts_deal_id"))

    op.drop_table("contracts")
    with op.batch_alter_table("deals", schema=None) as batch_op:
        batch_op.drop_index("uq_deals_meeting_id")
        batch_op.drop_index("uq_deals_introduction_id")
        batch_op.drop_index(batch_op.f("ix_deals_stage"))
        batch_op.drop_index(batch_op.f("ix_deals_seller_id"))
        batch_op.drop_index(batch_op.f("ix_deals_owner_id"))
        batch_op.drop_index(batch_op.f("ix_deals_buyer_id"))

    op.drop_table("deals")
    op.drop_table("subsidy_batches")
    op.drop_table("subsidy_windows")
    op.drop_table("subsidy_actions")
    with op.batch_alter_table("organisation_ties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_ties_holder_uscc"))
        batch_op.drop_index(batch_op.f("ix_organisation_ties_holder_name"))

    op.drop_table("organisation_ties")
    op.drop_table("subsidy_policies")


def _lock(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _unlock() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        for name in ("update", "delete") if sqlite else ("locked",):
            op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION refuse_change()")
