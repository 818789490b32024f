"""The Celery application. Tasks carry ids only; what must happen stands in PostgreSQL."""

import os
from typing import Any

from celery import Celery, signals

from foundation.core.logs import hold_tongue
from foundation.core.memory import keep_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("amparo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.celeryd_init.connect
@signals.beat_init.connect
def _close_lips(**_more: Any) -> None:
    """A worker or a scheduler begins."""
    hold_tongue()
    keep_in()


@signals.setup_logging.connect
def _keep_our_logging(**_more: Any) -> None:
    """Somebody listens, so Celery leaves the logging as the settings say."""
