"""Initial migration

Revision ID: 19f8d2e2d3e4
Revises:
Create Date: 2026-11-23 07:19:42.558906

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "19f8d2e2d3e4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("email", sa.String(length=150), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )


def downgrade():
    op.drop_table("user")
