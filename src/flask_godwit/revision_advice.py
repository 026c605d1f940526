"""What to type next after an error of Alembic's, known by what Alembic says.

Alembic has one class for most of its errors: only the words tell them apart.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Advice(NamedTuple):
    """An error in our words.

    :param says: what Alembic says, as a regular expression.
    :param message: what happened; the groups of ``says`` are ``{0}``, ``{1}`` …
    :param hint: what to type next, with the same groups.
    """

    says: str
    message: str
    hint: str


_ORDER = "A range is OLDER:NEWER along one branch.\nflask db history    shows the order"
_HOOKS = "Correct the post_write_hooks in alembic.ini or pyproject.toml. The revision is written."
_TABLE = "flask db current    says where the database is now"

_ALL = (
    Advice(
        "Ambiguous walk",
        "Going back from a merge is ambiguous: several branches lead to it.",
        "flask db history               shows them\n"
        "flask db downgrade REVISION    goes back to the one you name",
    ),
    Advice(
        "(.* didn't produce .*)",
        "There are not that many revisions to go: {0}.",
        "flask db current    says where the database is",
    ),
    Advice(
        "Walked too far",
        "There are not that many revisions to go.",
        "flask db history    shows how many there are",
    ),
    Advice(
        "Ambiguous upgrade from multiple current revisions",
        "The database is at several revisions: from which one to go on is not clear.",
        "flask db upgrade heads        goes on from all of them\n"
        "flask db upgrade REVISION     goes to the one you name",
    ),
    Advice(
        "Multiple version locations",
        "There are several version locations, and no head that says which one is meant.",
        "Name one of them: --version-path FOLDER",
    ),
    Advice(
        "Path (.+) is not represented in current version locations",
        "{0} is none of the folders that the revisions are in.",
        "Name one of those, or add it to GODWIT_VERSION_LOCATIONS.",
    ),
    Advice(
        r"Revision (\S+) is not a head revision",
        "{0} is not a head: another revision follows it already.",
        "Type --splice too, if a second branch is to begin there.\n"
        "flask db heads    lists the heads",
    ),
    Advice(
        "Duplicate head revisions specified",
        "One revision is named twice.",
        "flask db heads    lists those that can be named",
    ),
    Advice(
        r"Character\(s\) '(.+)' not allowed in revision identifier '(.*)'",
        "The identifier '{1}' has a character in it that means something else: {0}",
        "Use letters, digits and underscores.",
    ),
    Advice(
        r"Requested range (\S+):(\S+) does not refer",
        "There is no way from {0} to {1}: {1} does not follow it.",
        _ORDER,
    ),
    Advice(
        r"Revision (\S+) is not an ancestor of revision (\S+)",
        "There is no way from {0} to {1}: {1} does not follow it.",
        _ORDER,
    ),
    Advice(
        r"Destination (\S+) is not a valid downgrade target",
        "{0} is not below the place to go back from.",
        "flask db current    says where the database is\nflask db history    shows the order",
    ),
    Advice(
        r"(Dependency cycle is detected in revisions \(.*\))",
        "{0}: none of them can run before the others.",
        "Correct `depends_on` in one of their files.",
    ),
    Advice(
        r"(Cycle is detected in revisions \(.*\))",
        "{0}: they follow each other, and none is the first.",
        "Correct `down_revision` in one of their files; it is None in the first revision.",
    ),
    Advice(
        r"(Self-loop is detected in revisions \(.*\))",
        "{0}: it follows itself.",
        "Correct `down_revision` in its file; it is None in the first revision.",
    ),
    Advice(
        r"(Dependency self-loop is detected in revisions \(.*\))",
        "{0}: it depends on itself.",
        "Correct `depends_on` in its file.",
    ),
    Advice(
        "Branch name '(.+)' in revision (.+) already used by revision (.+)",
        "Two revisions have the branch label '{0}': {1} and {2}.",
        "Take it out of `branch_labels` in one of the two files.",
    ),
    Advice(
        r"Requested revision (\S+) overlaps with other requested revisions (.+)",
        "{0} and {1} are named together, and one of them includes the other.",
        f"{_TABLE}\nIf its version table has one row too many:\n"
        "flask db stamp --purge REVISION    keeps the one you name",
    ),
    Advice(
        "Online migration expected to match one row when (.+)",
        "The version table was changed while the migration ran, by somebody else or by the"
        " revision: {0}.",
        _TABLE,
    ),
    Advice(
        "No formatter with name '(.+)' registered",
        "There is no post write hook of the type '{0}'.",
        _HOOKS,
    ),
    Advice("(Key .+ is required .*hook .+)", "{0}.", _HOOKS),
    Advice("(Could not find (?:entrypoint|module) .+)", "{0}.", _HOOKS),
    Advice(
        "Version (.+) specified branch_labels",
        "The branch label of {0} is not in the file: the folder's template leaves it out.",
        "Write `branch_labels = …` into script.py.mako, and into the new file.",
    ),
    Advice(
        "'connection' argument to configure",
        "env.py gives context.configure() an engine as its connection.",
        "Write in env.py: with engine.connect() as connection:",
    ),
)


def advice_for(said: str) -> Advice:
    """Our words for an error; those of Alembic where we have none.

    :param said: what Alembic says, in one line.
    """
    for advice in _ALL:
        match = re.match(advice.says, said)
        if match:
            return Advice(
                said, advice.message.format(*match.groups()), advice.hint.format(*match.groups())
            )
    return Advice(said, said, "--traceback shows where.")
