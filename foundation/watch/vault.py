"""How much of the vault a person causes to be opened in an hour: a rate, so it lives in the cache, not in the database.

Lists cost no statement by it. A cache that is away counts nothing and stops nobody; the folders of the day are counted
by the database all the same.
"""

import logging
from typing import Any

from django.utils import timezone
from redis.exceptions import RedisError

from foundation.core.cache import counted
from foundation.dossiers import clerk
from foundation.watch import limits, rules
from foundation.watch.actions import raise_alerts
from foundation.watch.sweep import calendar_of
from foundation.watch.vocabulary import Rule

logger = logging.getLogger("amparo.watch")
HOUR = 3600


def add(person: Any, n: int) -> None:
    """Add what one request opened; an alert at the limit and at each further multiple of it, which grows the same one."""
    try:
        total = _added(person.pk, n)
    except RedisError:
        logger.warning("cache away; the vault is not counted", extra={"code": "cache"})
        return
    limit = limits.vault(person)
    if (total - n) // limit < total // limit:
        _raise(person, total, limit)


def _added(person: int, n: int) -> int:
    key = f"vault:{person}:{int(timezone.now().timestamp()) // HOUR}"
    return counted(key, 2 * HOUR, n)


def _raise(person: Any, total: int, limit: int) -> None:
    now = timezone.now()
    day = calendar_of(person).local(now).date()
    touch = rules.Touch(now, person.pk, None, rules.READ)
    with clerk.as_clerk() as by:
        raise_alerts(rules.finding(Rule.VAULT, day, total, limit, [touch]), person, by=by)
