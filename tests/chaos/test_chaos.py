"""Proof 7: processes die under load, and everything that was accepted is there exactly once (safety.md §5, §6.7).

A real installation under the supervision of ``up``; real clients over HTTP; real kill -9.
"""

import email
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import partner
from tests.chaos.clients import Client, Ledger
from tests.chaos.killing import ORDER, Killer
from tests.installation import Installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.proof("chaos")]
N_CLIENTS = 2
VERBS = ("acknowledge", "accept", "start", "complete")


def let_reminders_fall_due(house: Installation) -> set[str]:
    """Let the time of some running clocks be over, as if a day had passed; their ids."""
    query = """WITH chosen AS (
          SELECT id FROM dossiers_clock WHERE stopped_at IS NULL AND n_reminders = 0 LIMIT 6 FOR UPDATE SKIP LOCKED)
        UPDATE dossiers_clock
        SET started_at = now() - interval '3 days', due_at = now() - interval '1 day', next_at = now()
        WHERE id IN (SELECT id FROM chosen) RETURNING id::text"""
    return {pk for (pk,) in house.rows(query)}


def test_processes_die_under_load_and_nothing_is_lost_or_doubled(house, lead, hook, mail, figure):
    began, ledger, ended, killer = time.monotonic(), Ledger(), threading.Event(), Killer(house)
    clients = [Client(house, lead, n, ledger, ended) for n in range(N_CLIENTS)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(ledger.referrals) >= N_CLIENTS or ledger.broken, "the clients are at work", 150)
    due: set[str] = set()
    for kind in ORDER:
        due |= let_reminders_fall_due(house)
        killer.kill(kind)
    ended.set()
    for thread in threads:
        thread.join(200)
    assert ledger.broken == []
    wait_until(house.has_told_all, "delivered", 150)
    wait_until(lambda: not overdue(house), "reminders", 150)
    doubled = [
        *writes(house, ledger),
        *notices(house),
        *webhooks(house, hook),
        *mails(house, mail),
        *reminders(house, due),
    ]
    assert doubled == []
    house.manage("audit_verify")
    n_ids, n_posts = len({headers["webhook-id"] for headers, _ in hook.got}), len(hook.got)
    figure(
        f"{killer.n_kills} kill -9 under load; {ledger.n_writes:,} accepted writes of {len(ledger.concerns)} concerns,"
        f" {len(ledger.cases)} cases, {len(ledger.referrals)} referrals: 0 lost, 0 doubled"
    )
    figure(
        f"{n_ids} webhooks in {n_posts} posts, {count(house, 'notice')} notices, {count(house, 'email')} mails,"
        f" {len(due)} clocks fell due: each once, or again with the same id"
    )
    figure(
        f"{ledger.n_failed} pages asked again, {ledger.n_unsure} forms without an answer, {ledger.n_again} calls again"
    )
    figure(f"whole again after: {killer.told()}; {time.monotonic() - began:.0f} s in all")


def count(house: Installation, channel: str) -> int:
    return house.rows("SELECT count(*) FROM outbox_message WHERE channel = %s", channel)[0][0]


def overdue(house: Installation) -> bool:
    return (
        house.rows("SELECT 1 FROM dossiers_clock WHERE stopped_at IS NULL AND paused_at IS NULL AND next_at < now()")
        != []
    )


def writes(house: Installation, ledger: Ledger) -> list[str]:
    """What differs between what was accepted and what is there."""
    found: dict[str, Any] = {
        "concerns": house.rows("SELECT id::text FROM cases_concern WHERE status <> 'draft'"),
        "cases": house.rows("SELECT id::text FROM cases_case"),
        "referrals": house.rows("SELECT id::text FROM referrals_referral"),
    }
    said = {"concerns": ledger.concerns, "cases": ledger.cases, "referrals": ledger.referrals}
    wrong = [name for name, rows in found.items() if Counter(pk for (pk,) in rows) != Counter(said[name])]
    notes = dict(house.rows("SELECT case_id::text, count(*) FROM cases_casenote WHERE event = 'note' GROUP BY 1"))
    wrong += [f"notes of {case}" for case, texts in ledger.notes.items() if notes.get(case) != len(texts)]
    moves = house.rows("SELECT referral_id::text, verb, count(*) FROM referrals_referralmove GROUP BY 1, 2")
    by_verb = {(pk, verb): n for pk, verb, n in moves}
    wanted = [(pk, verb) for pk in ledger.referrals for verb in ("submit", "send", *VERBS)]
    return wrong + [f"{verb} of {pk}: {by_verb.get((pk, verb))}" for pk, verb in wanted if by_verb.get((pk, verb)) != 1]


def notices(house: Installation) -> list[str]:
    """In the house: exactly once."""
    rows = house.rows(
        "SELECT m.slot, count(n.id) FROM outbox_message m LEFT JOIN outbox_notice n ON n.message_id = m.id"
        " WHERE m.channel = 'notice' GROUP BY 1 HAVING count(n.id) <> 1"
    )
    return [f"notice {slot}: {n}" for slot, n in rows]


def webhooks(house: Installation, hook: partner.Hook) -> list[str]:
    """Outside: at least once, recognisable by its id, always with the same words."""
    sent = {f"msg_{pk.hex}" for (pk,) in house.rows("SELECT id FROM outbox_message WHERE channel = 'webhook'")}
    bodies: dict[str, set[bytes]] = {}
    for headers, body in hook.got:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    wrong = [f"{name} never arrived" for name in sent - set(bodies)]
    wrong += [f"{name} is nobody's" for name in set(bodies) - sent]
    wrong += [f"{name} says two things" for name, found in bodies.items() if len(found) > 1]
    said = [json.loads(found.pop()) for found in bodies.values()]
    told = Counter(words["data"]["id"] for words in said if words["type"] == "referral.sent")
    return wrong + [f"{pk} was told as sent {n} times" for pk, n in told.items() if n > 1]


def mails(house: Installation, mail: Path) -> list[str]:
    """At least once, each with an id of its own."""
    texts = [text for path in mail.iterdir() for text in path.read_text().split("-" * 79) if text.strip()]
    seen = {email.message_from_string(text.strip())["Message-ID"] for text in texts}
    sent = {f"<{pk}@amparo.invalid>" for (pk,) in house.rows("SELECT id FROM outbox_message WHERE channel = 'email'")}
    return [f"mail {name}" for name in sent - seen] + [f"mail {name} is nobody's" for name in seen - sent]


def reminders(house: Installation, due: set[str]) -> list[str]:
    """Each of a clock's reminders is in the trail once; whatever fell due and still runs has been reminded of."""
    rows = house.rows(
        "SELECT subject::text, data->>'n', count(*) FROM trail.event WHERE verb = 'clock.reminded' GROUP BY 1, 2"
    )
    wrong = [f"reminder {n} of {subject}: {times}" for subject, n, times in rows if times != 1]
    running = {pk for (pk,) in house.rows("SELECT id::text FROM dossiers_clock WHERE stopped_at IS NULL")}
    reminded = {pk for (pk,) in house.rows("SELECT id::text FROM dossiers_clock WHERE n_reminders > 0")}
    return wrong + [f"nobody was reminded of {pk}" for pk in due & running - reminded]
