"""Who put in a payment schedule, when and why; and which party entered a payment."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ORGANISATION = "fk_contract_payments_organisation_id_organisations"


def upgrade() -> None:
    op.add_column("contract_dues", sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("contract_dues", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contract_dues", sa.Column("by", sa.String(length=200), server_default=sa.text("''"), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the table, and lose its checks on the way.
        op.execute("ALTER TABLE contract_payments ADD COLUMN organisation_id INTEGER REFERENCES organisations (id)")
        return
    op.add_column("contract_payments", sa.Column("organisation_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f(_ORGANISATION), "contract_payments", "organisations", ["organisation_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(_ORGANISATION), "contract_payments", type_="foreignkey")
    op.drop_column("contract_payments", "organisation_id")
    op.drop_column("contract_dues", "by")
    op.drop_column("contract_dues", "at")
    op.drop_column("contract_dues", "reason")
