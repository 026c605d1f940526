"""What a running application says and does about pending migrations."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, current_app, jsonify, request

from .errors import GodwitError, NotUpToDate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from .values import Pending, TargetPending

BLUEPRINT = "godwit_health"


def health_blueprint(url: str) -> Blueprint:
    """A blueprint with one view: 200 if every database is at head, otherwise 503."""
    blueprint = Blueprint(BLUEPRINT, __name__)
    blueprint.add_url_rule(url, "migrations", _migrations)
    return blueprint


def _migrations() -> ResponseReturnValue:
    try:
        found = _pending(current_app._get_current_object())  # type: ignore[attr-defined]
        answer: dict[str, Any] = {
            "status": _worst(found),
            "databases": {target.bind or "default": _facts(target) for target in found.targets},
        }
    except Exception:
        # Its words may say more than a stranger should read.
        current_app.logger.exception("The migrations can't be checked.")
        answer = {"status": "error", "databases": {}}
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if answer["status"] == "ok" else 503


def _worst(found: Pending) -> str:
    said = {_status(target) for target in found.targets}
    order = ("unreachable", "unknown revision", "pending")
    return next((status for status in order if status in said), "ok")


def _status(target: TargetPending) -> str:
    if target.error:
        return "unreachable"
    if target.unknown:
        return "unknown revision"
    return "ok" if target.at_head else "pending"


def _facts(target: TargetPending) -> dict[str, Any]:
    return {
        "status": _status(target),
        "current": list(target.current),
        "pending": list(target.pending),
    }


def _pending(app: Flask) -> Pending:
    from .commands.pending import pending
    from .extension import app_migrations

    return pending(app_migrations(app).project())


class StartCheck:
    """``GODWIT_ON_PENDING``: what happens before the first request when a database lacks revisions.

    Requests come only to an application that serves: no command and no shell ever gets here. An
    application under test is left alone, as its tables may come from ``create_all()``.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.done = False
        self.lock = threading.Lock()
        # Not before_request(), which an application that serves already would refuse.
        app.before_request_funcs.setdefault(None, []).append(self)

    def __call__(self) -> None:
        """Called by Flask before each request."""
        if not self.done and request.blueprint != BLUEPRINT:
            with self.lock:
                if not self.done:
                    self.done = self._look()

    def _look(self) -> bool:
        """Look whether something is pending; False if the next request has to look again.

        :raises NotUpToDate: something is, and the application must not serve.
        """
        if self._wish() == "ignore" or self.app.testing:
            return True
        from .extension import app_migrations

        wish = app_migrations(self.app).settings.on_pending
        found = self._asked()
        if found is None or not found:
            return found is not None or wish == "warn"
        if wish == "fail" and any(target.pending or target.unknown for target in found.targets):
            raise NotUpToDate(_sentence(found), hint="flask db upgrade")
        self.app.logger.warning("%s", _sentence(found))
        return wish == "warn"

    def _wish(self) -> Any:
        """The setting as it was given: to ignore something must not cost an import of Alembic."""
        from .extension import app_migrations

        given = app_migrations(self.app).setting_arguments
        return self.app.config.get("GODWIT_ON_PENDING", given.get("on_pending", "ignore"))

    def _asked(self) -> Pending | None:
        try:
            return _pending(self.app)
        except GodwitError as error:
            self.app.logger.warning("The migrations can't be checked: %s", error.message)
            return None


def _sentence(found: Pending) -> str:
    return " ".join(_words(target) for target in found.targets if not target.at_head)


def _words(target: TargetPending) -> str:
    where = f"The database of bind {target.bind}" if target.bind else "The database"
    if target.error:
        return f"{where} can't be asked for its migrations: {target.error}"
    if target.unknown:
        return f"{where} is at {', '.join(target.unknown)}, which no revision file has."
    return f"{where} lacks {len(target.pending)} migrations: {', '.join(target.pending)}."
