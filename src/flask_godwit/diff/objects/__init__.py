"""Views, functions and triggers: what the models declare, against what a database has."""
