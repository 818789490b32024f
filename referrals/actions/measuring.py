"""How services answer: what was sent in 90 days, what was not answered, what was declined, in how many hours (R-53, W-02)."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from foundation.dossiers import clerk

RECENT_DAYS = 90
SQL = """
UPDATE referrals_service s
   SET recent_sent = coalesce(f.sent, 0), recent_silent = coalesce(f.silent, 0),
       recent_declined = coalesce(f.declined, 0), recent_hours = f.hours
  FROM referrals_service o
  LEFT JOIN (
       SELECT service_id, count(*) AS sent,
              count(*) FILTER (WHERE status = 'expired' OR end_reason = 'partner_unresponsive') AS silent,
              count(*) FILTER (WHERE status = 'declined') AS declined,
              ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - sent_at) / 3600))::int
                  AS hours
         FROM referrals_referral WHERE sent_at >= %s GROUP BY service_id) f ON f.service_id = o.id
 WHERE s.id = o.id AND (s.recent_sent, s.recent_silent, s.recent_declined, s.recent_hours) IS DISTINCT FROM
       (coalesce(f.sent, 0)::int, coalesce(f.silent, 0)::int, coalesce(f.declined, 0)::int, f.hours)
"""


@transaction.atomic
def measure_services() -> int:
    """Count for every service; figures alone, of no person and no referral. Returns how many services changed."""
    with clerk.as_clerk(), connection.cursor() as cursor:
        cursor.execute(SQL, [timezone.now() - timedelta(days=RECENT_DAYS)])
        return int(cursor.rowcount)
