"""The lock that keeps a second migration of a database waiting, whatever it is made of."""

from __future__ import annotations


class DeployLock:
    """A lock that one migration of a database holds; freed when its process dies."""

    def acquire(self) -> bool:
        """Take it if it is free; never waits."""
        raise NotImplementedError

    def release(self) -> None:
        """Free it, if it is ours."""
        raise NotImplementedError

    def holder(self) -> str:
        """Who has it, in words; "" when nobody says."""
        raise NotImplementedError

    def ending(self) -> str:
        """The statement that ends the session of who has it; "" where there is none."""
        return ""

    @property
    def taking(self) -> str:
        """The expression of SQL that takes it and is true then; "" where it is none of SQL's."""
        return ""
