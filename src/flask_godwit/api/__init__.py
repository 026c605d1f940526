"""The commands as Python functions, for scripts, tests and application start-up.

They need an application context, return values and raise :class:`GodwitError`; they
never print and never exit. The first arguments are Flask-Migrate's, in its order;
what we added is keyword-only.
"""
