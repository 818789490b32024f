"""PostgreSQL, where BEGIN also says on whose behalf: one round trip, no extra statement, no leak through a pool."""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg.pq import ExecStatus, TransactionStatus

from foundation.core.acting import ACTOR
from foundation.core.hooks import Beforehand


class DatabaseWrapper(base.DatabaseWrapper):
    """The ENGINE of both aliases. ``SET LOCAL amparo.actor`` ends with the transaction, so unset means 0 rows."""

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Begin as the actor when the outermost ``atomic`` opens; drop the connection if that fails."""
        super().set_autocommit(autocommit, *args, **kwargs)
        if not autocommit:
            try:
                self._begin()
            except BaseException:
                self.close()
                raise

    def _begin(self) -> None:
        actor = ACTOR.get()
        context = "" if actor is None else f"; SET LOCAL amparo.actor = '{int(actor)}'"
        result = self.connection.pgconn.exec_(f"BEGIN{context}".encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise OperationalError(result.error_message.decode())

    def _commit(self) -> None:
        """First do what must lie outside the database before this commit takes effect (``hooks.before_commit``)."""
        waiting: dict[Callable[[list[Any]], None], list[Any]] = {}
        for registered in self.run_on_commit:  # (savepoints, callable, robust)
            if isinstance(registered[1], Beforehand):
                waiting.setdefault(registered[1].function, []).append(registered[1].item)
        if waiting:
            self._settle(waiting)
        super()._commit()  # type: ignore[misc]

    def _settle(self, waiting: dict[Callable[[list[Any]], None], list[Any]]) -> None:
        """Deferred constraints are checked first: after this, only the COMMIT itself can fail."""
        try:
            with self.wrap_database_errors:
                self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for function, items in waiting.items():
                function(items)
        except BaseException:
            self.rollback()
            raise

    def send_actor(self) -> None:
        """Tell a transaction that is already open who acts from now on."""
        actor = ACTOR.get()
        value = "" if actor is None else str(int(actor))
        self.connection.execute("select set_config('amparo.actor', %s, true)", [value])

    def is_transaction_usable(self) -> bool:
        """Whether the open transaction still takes statements (no error, no rollback asked)."""
        return (
            self.connection is not None
            and not self.needs_rollback
            and self.connection.info.transaction_status == TransactionStatus.INTRANS
        )
