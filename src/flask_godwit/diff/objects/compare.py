"""The differences between what the models declare and what a database has, as steps of a script."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from ...dialects import Database
from ...dialects.object_answers import UNDECLARED
from ...dialects.objects import ObjectKey, Objects, SchemaObject, in_order
from ...errors import ViewInTheWay
from ..names import said
from .steps import Definition, DropObject, MakeObject, ObjectStep, ReplaceObject
from .touched import Touch
from .wanted import Wanted


@dataclass
class ObjectComparison:
    """One comparison.

    :param database: what the server can.
    :param found: what it has, without what nobody looks at.
    :param wanted: what the models declare.
    :param touched: the changes of tables in the same script.
    :param renamed: those of them that are another name.
    :param declared: which of some names our revisions made for the models.
    :param written: which of some names our revisions made at all.
    """

    database: Database
    found: Objects
    wanted: Wanted
    touched: Collection[Touch]
    renamed: Collection[Touch]
    declared: Callable[[Collection[str]], Collection[str]]
    written: Callable[[Collection[str]], Collection[str]]
    broken: Collection[ObjectKey] = ()
    """What would no longer work, and so is in the way."""
    refuses: bool = True
    """Whether it stops where something of others would have to go."""
    gone: set[ObjectKey] = field(default_factory=set)
    """What is dropped, and perhaps made again."""

    def __post_init__(self) -> None:
        self.models = {one.key: one for one in self.wanted.objects}
        strangers = {key for key in self.found if key not in self.models}
        strangers -= {key for key in strangers if key.kind in UNDECLARED}
        ours = self.declared({key.name for key in strangers}) if strangers else ()
        self.removed = {key for key in strangers if key.name in ours}
        self.changed = {
            key
            for key, one in self.models.items()
            if key in self.found
            and not (one.same(self.found[key]) and self._keeps_meaning(self.found[key]))
        }
        self.added = {key for key in self.models if key not in self.found}
        self.replaced = {old: new for new in self.added if (old := self._in_place_of(new))}
        """Functions whose arguments get other names, and what they are then."""

    def _keeps_meaning(self, one: SchemaObject) -> bool:
        """Whether it does not follow a rename: where it does, its names mean something new."""
        all_follow = self.database.follows_renames  # a trigger follows its table everywhere
        return not any(
            touch.concerns(one) if all_follow else touch.is_owner(one) for touch in self.renamed
        )

    @property
    def unmanaged(self) -> list[ObjectKey]:
        """What is there and neither declared nor ever was."""
        known = self.models.keys() | self.removed
        return [key for key in self.found if key not in known and key.kind not in UNDECLARED]

    def steps(self, *, makes_way: bool) -> list[ObjectStep]:
        """What is to be done, in order.

        :param makes_way: whether what stands in the way of a changed table is dropped and made
            again, for which it must be known whose it is.
        :raises ViewInTheWay: something stands in the way that is not ours.
        """
        gone = self.gone = self._gone(makes_way)
        replaced = self.changed - gone
        drops = [one for one in reversed(in_order(self.found.values())) if one.key in gone]
        made = [one for one in self.wanted.objects if one.key in gone | self.added | replaced]
        others = [
            one
            for one in in_order(self.found.values())
            if one.key in gone - self.removed - self.models.keys()
        ]
        steps = [
            *(self._drop(one, early=True) for one in drops if not self._stays_long(one)),
            *(self._make(one) for one in made if self._is_early(one)),
            *(self._make(one) for one in made if not self._is_early(one)),
            *(MakeObject(self._old(one), "", early=False) for one in others),
            *(self._drop(one, early=False) for one in drops if self._stays_long(one)),
        ]
        among = self._among()
        for step in steps:
            step.is_among = step.new.key in among
        return steps

    def _among(self) -> set[ObjectKey]:
        """The functions that go for a moment though a table needs them, and those they call."""
        held = {
            key
            for key in self.gone
            if self.found[key].is_for_tables and not self._stays_long(self.found[key])
        }
        while more := {
            key for key in self.gone - held if any(self.found[one].hangs_on(key) for one in held)
        }:
            held |= more
        return held | {self.replaced[key] for key in held if key in self.replaced}

    def _in_place_of(self, key: ObjectKey) -> ObjectKey | None:
        """What goes, and before this can be made."""
        one = self.models[key]
        return next((k for k in self.removed if one.takes_place_of(self.found[k])), None)

    def _gone(self, makes_way: bool) -> set[ObjectKey]:
        gone = self.removed | {key for key in self.changed if not self._is_replaced(key)}
        while makes_way:
            more = {key for key in self.found if key not in gone and self._is_in_the_way(key, gone)}
            if not more:
                break
            stay = self._of_others(more, gone)
            if more <= stay:
                break
            gone |= more - stay
        return gone

    def _is_replaced(self, key: ObjectKey) -> bool:
        """Whether it can be changed in place, and back again."""
        old, new = self.found[key], self.models[key]
        if key.kind not in self.database.replaces or old.more != new.more:
            return False
        if self.database.keeps_shape and old.shape != new.shape:
            return False
        return not any(touch.concerns(old) for touch in self.touched)

    def _is_in_the_way(self, key: ObjectKey, gone: Collection[ObjectKey]) -> bool:
        one = self.found[key]
        if self._goes_anyway(one):
            return key in self.models  # another table takes the name
        if key in self.models and self._would_follow(one):
            return True
        if not self.database.holds_dependents and key not in self.changed:
            return key in self.broken and key not in self.models
        return any(one.hangs_on(other) for other in gone) or any(
            touch.concerns(one) for touch in self.touched if not touch.follows
        )

    def _of_others(
        self, keys: Collection[ObjectKey], gone: Collection[ObjectKey]
    ) -> set[ObjectKey]:
        """What would have to go and can't, since it could not be made again.

        :raises ViewInTheWay: there is such a thing.
        """
        strangers = {key for key in keys if key not in self.models}
        known = self.written({key.name for key in strangers}) if strangers else ()
        stay = {key for key in strangers if key.name not in known or self._loses(self.found[key])}
        if stay and self.refuses:
            raise self._in_the_way(min(stay), gone)
        return stay

    def _in_the_way(self, key: ObjectKey, gone: Collection[ObjectKey]) -> ViewInTheWay:
        is_declarable = key.kind not in UNDECLARED
        why = (
            f"which {self.database.name} does not let change meanwhile"
            if self.database.holds_dependents
            else "and would no longer work without it"
        )
        return ViewInTheWay(
            f"The {key.words} depends on {self._reason(self.found[key], gone)}, {why}."
            f" {_WHOSE[is_declarable]}",
            hint=f"{_ADVICE[is_declarable]} drop it by hand and create it again afterwards.\n"
            "--no-row-check writes the script all the same.",
        )

    def _loses(self, one: SchemaObject) -> bool:
        """Whether it can't be made again afterwards."""
        return any(touch.drops and touch.concerns(one) for touch in self.touched)

    def _goes_anyway(self, one: SchemaObject) -> bool:
        """Whether it is a trigger of a table that is dropped."""
        return bool(one.table) and any(
            (touch.schema, touch.table, touch.column) == (one.key.schema, one.table, "")
            for touch in self.touched
            if not touch.follows
        )

    def _would_follow(self, one: SchemaObject) -> bool:
        """Whether it reads a table whose name another one takes, and would go back with that."""
        return self.database.follows_renames and any(
            touch.drops and not touch.column and touch.concerns(one) for touch in self.touched
        )

    def _reason(self, one: SchemaObject, gone: Collection[ObjectKey]) -> str:
        for touch in self.touched:
            if not touch.follows and touch.concerns(one):
                kind = "type " if touch.is_type else ""
                return kind + said((touch.schema, touch.table), touch.column or None)
        for key in gone:
            if one.hangs_on(key):
                return key.words
        # Through another view, which is in the way as well.
        lost = (touch for touch in self.touched if touch.drops and touch.column)
        return ", ".join(said((touch.schema, touch.table), touch.column) for touch in lost)

    def _is_early(self, one: SchemaObject) -> bool:
        """Whether a table needs it."""
        old = self.found.get(one.key)
        return one.is_for_tables or bool(old and old.is_for_tables)

    def _stays_long(self, one: SchemaObject) -> bool:
        """Whether a table needs it until its change is done."""
        return one.is_for_tables and one.key in self.removed - self.replaced.keys()

    def _drop(self, one: SchemaObject, *, early: bool) -> ObjectStep:
        sign = "-" if one.key in self.removed else ""
        return DropObject(self._old(one), sign, early=early)

    def _make(self, one: SchemaObject) -> ObjectStep:
        early = self._is_early(one)
        new = Definition(one.key, self.wanted.text(one.key), one.more, one.table)
        if one.key in self.added:
            return MakeObject(new, "+", early=early)
        if one.key not in self.gone:
            return ReplaceObject(new, _as_found(self.found[one.key]), early=early)
        return MakeObject(new, "~" if one.key in self.changed else "", early=early)

    def _old(self, one: SchemaObject) -> Definition:
        """What brings it back: in the models' words where these say the same."""
        if one.key in self.models and one.key not in self.changed:
            return Definition(one.key, self.wanted.text(one.key), one.more, one.table)
        is_ours = one.key in self.models or one.key in self.removed
        return replace(_as_found(one), is_ours=is_ours)


_WHOSE = {
    True: "The models don't declare it.",
    False: "No revision creates it, so no script would create it again.",
}
_ADVICE = {
    True: "Declare it in the models, drop it in a revision before this one, or",
    False: "Drop it in a revision before this one, or",
}


def _as_found(one: SchemaObject) -> Definition:
    return Definition(one.key, one.statement, one.more, one.table)
