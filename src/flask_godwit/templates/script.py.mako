"""${doc}

Revision ID: ${up_revision}
Revises:${(" " if down_revision else "") + comma(down_revision)}
Create Date: ${create_date}
"""

% for line in import_lines:
${line}
% endfor

# revision identifiers, used by Alembic.
revision = ${literal(up_revision)}
down_revision = ${literal(down_revision)}
branch_labels = ${literal(branch_labels)}
depends_on = ${literal(depends_on)}

% if binds:

def upgrade(engine_name):
    globals()["upgrade_" + engine_name]()


def downgrade(engine_name):
    globals()["downgrade_" + engine_name]()
% for bind in binds:


def upgrade_${bind}():
    ${context.get(bind + "_upgrades") or "pass"}


def downgrade_${bind}():
    ${context.get(bind + "_downgrades") or "pass"}
% endfor
% else:

def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
% endif
