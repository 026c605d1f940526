"""Operations in a form that keeps nobody waiting. They know Alembic and the journal, no command.

While revisions run on a database this stands in the road that every operation takes.
"""
