"""A history whose every statement would show if it were left out or done twice."""

from __future__ import annotations

UPGRADES = (
    """
    account = op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("balance", sa.Integer, nullable=False),
        sa.Column("token", sa.String(50)),
    )
    rows = [{"name": name, "balance": 100, "token": uuid.uuid4().hex} for name in "abc"]
    op.bulk_insert(account, rows)
    op.create_index("ix_account_name", "account", ["name"], unique=True)
    """,
    """
    op.add_column("account", sa.Column("level", sa.Integer))
    op.execute("UPDATE account SET balance = balance + 10")
    op.create_table("audit", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("what", sa.String(50)))
    op.execute("INSERT INTO audit (what) SELECT name FROM account ORDER BY id")
    op.add_column("audit", sa.Column("extra", sa.Integer))
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT name, balance FROM account ORDER BY name")).all():
        bind.execute(sa.text("UPDATE account SET balance = balance + :more WHERE name = :name"),
                     {"more": ord(row.name), "name": row.name})
        bind.execute(sa.text("INSERT INTO audit (what) VALUES (:what)"), {"what": f"is {row.name}"})
    op.create_index("ix_audit_what", "audit", ["what"])
    """,
    """
    class Base(orm.DeclarativeBase):
        pass
    class Owner(Base):
        __tablename__ = "owner"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String(50), default=lambda: uuid.uuid4().hex)
        things = orm.relationship("Thing")
    class Thing(Base):
        __tablename__ = "thing"
        id = sa.Column(sa.Integer, primary_key=True)
        owner_id = sa.Column(sa.ForeignKey("owner.id", name="fk_thing_owner"))
    Base.metadata.create_all(op.get_bind())
    with orm.Session(op.get_bind()) as session:
        session.add_all([Owner(things=[Thing(), Thing()]), Owner(things=[Thing()])])
        session.flush()
        first = session.scalars(sa.select(Owner).order_by(Owner.id)).first()
        op.add_column("owner", sa.Column("age", sa.Integer))
        session.add(Thing(owner_id=first.id))
        session.flush()
    op.execute("UPDATE owner SET age = 1 WHERE id = (SELECT min(owner_id) FROM thing)")
    op.rename_table("audit", "audit_log")
    """,
    """
    op.execute("INSERT INTO account (name, balance) VALUES ('d', 1)")
    op.execute("UPDATE account SET balance = balance * 2")
    op.execute("DELETE FROM audit_log WHERE what = 'a'")
    """,
    """
    op.execute("UPDATE account SET balance = balance + 1")
    op.get_bind().commit()
    op.execute("UPDATE account SET balance = balance + 1")
    op.execute("COMMIT")
    op.execute("UPDATE account SET balance = balance * 3")
    with op.batch_alter_table("owner") as batch:
        batch.drop_column("age")
    """,
)
DOWNGRADES = (
    """
    op.drop_table("account")
    """,
    """
    op.drop_index("ix_audit_what", "audit")
    op.execute("UPDATE account SET balance = balance - 10")
    op.drop_table("audit")
    with op.batch_alter_table("account") as batch:
        batch.drop_column("level")
    """,
    """
    op.rename_table("audit_log", "audit")
    op.execute("INSERT INTO audit (what) VALUES ('back')")
    op.drop_table("thing")
    op.drop_table("owner")
    """,
    """
    op.execute("UPDATE account SET balance = balance - 7")
    """,
    """
    op.add_column("owner", sa.Column("age", sa.Integer))
    op.execute("UPDATE account SET balance = balance + 1000")
    """,
)
OUTSIDE_TRANSACTIONS = """
op.execute("UPDATE account SET balance = balance + 5")
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY ix_level ON account (level)")
    op.execute("UPDATE account SET balance = balance + 7")
    op.execute("INSERT INTO audit_log (what) VALUES ('outside')")
op.execute("UPDATE account SET balance = balance + 11")
op.create_table("last", sa.Column("id", sa.Integer))
with op.get_context().autocommit_block():
    op.execute("CREATE TYPE mood AS ENUM ('sad')")
    op.execute("ALTER TYPE mood ADD VALUE 'happy'")
op.execute("UPDATE account SET balance = balance * 2")
"""
OUTSIDE_TRANSACTIONS_BACK = """
op.drop_table("last")
with op.get_context().autocommit_block():
    op.execute("DROP TYPE mood")
    op.execute("DROP INDEX CONCURRENTLY ix_level")
    op.execute("UPDATE account SET balance = balance + 3")
"""
"""What only PostgreSQL can do, and only outside of a transaction."""
