"""Files on folders."""

from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Attachments: sealed streams in a store of their own, opened only after the virus check."""

    name = "foundation.files"
    label = "files"

    def ready(self) -> None:
        """Announce the event names, hold the scanner's address against its form, wake the worker for what arrives."""
        from kombu.exceptions import OperationalError

        from foundation.audit import openings, trail
        from foundation.dossiers import erasing
        from foundation.files import actions, checking, tasks, tidying

        def wake(pk: UUID) -> None:
            try:
                tasks.check.apply_async((str(pk),), retry=False)
            except OperationalError:
                checking.logger.warning("broker away; the sweep checks", extra={"code": "broker"})

        trail.names(
            "file.uploaded", "file.checked", "file.refused", "file.opened", "file.listed", "file.removed", "file.missing",
        )  # fmt: skip
        openings.kind("file.opened", _("Opened a file"))
        actions.arrived.listen(wake)
        erasing.confirmed.listen(tidying.shut_folder)
        checks.register(_check_address)


def _check_address(**kwargs: Any) -> list[checks.CheckMessage]:
    """The scanner's address is empty, a socket's path or a host with a port; anything else would never answer."""
    from urllib.parse import urlsplit

    from django.conf import settings

    where = urlsplit(settings.CLAMAV)
    is_socket = where.scheme == "unix" and where.path.startswith("/")
    is_host = where.scheme == "tcp" and bool(where.hostname)
    if not settings.CLAMAV or is_socket or is_host:
        return []
    hint = "Write unix:/run/clamav/clamd.ctl or tcp://host:3310."
    return [checks.Error("AMPARO_CLAMAV is not the address of a clamd.", hint=hint, id="files.E001")]
