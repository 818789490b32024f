"""The way of a volunteer through the form, as a browser goes it."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

ANSWERS: dict[str, dict[str, Any]] = {
    "limits": {"said": "on"},
    "where": {"reporter_kind": "affected_person_self", "setting": "hsp"},
    "danger": {"flags": ["none"]},
    "words": {"summary": "She says the landlord keeps her papers.", "category": "documents_legal_status"},
    "wishes": {"wishes": "The papers back. No police."},
    "agreement": {"answer": "granted", "mode": "verbal", "interpreter": "none", "reason": ""},
    "contact": {"alias": "Mariam", "method": "phone", "value": "+380501234567", "safe_times": "10:00-12:00"},
}


def url(name: str, pk: Any) -> str:
    return reverse(f"cases:{name}", args=[pk])


def start(client: Client) -> str:
    """The address of a new draft's pages, by its id."""
    response = client.post(reverse("cases:start"))
    assert response.status_code == 302
    return response["Location"].rstrip("/").rsplit("/", 1)[-1]


def revision(client: Client, name: str, pk: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(-?\d+)"|value="(-?\d+)"[^>]*name="revision"', client.get(url(name, pk)).content.decode())
    assert found is not None
    return next(group for group in found.groups() if group is not None)


def answer(client: Client, name: str, pk: str, **more: Any) -> Any:
    """Open a step and post it."""
    return client.post(url(name, pk), {**ANSWERS.get(name, {}), "revision": revision(client, name, pk), **more})


def fill_in(client: Client, pk: str, steps: tuple[str, ...] = tuple(ANSWERS), **more: Any) -> None:
    for name in steps:
        response = answer(client, name, pk, **more.get(name, {}))
        assert response.status_code == 302, (name, response.status_code)


def hand_over(client: Client, pk: str) -> str:
    response = answer(client, "check", pk)
    assert response.status_code == 302
    return response["Location"].rstrip("/").rsplit("/", 1)[-1]


TRIAGE = {"urgency": "normal", "outcome": "escalated_to_case", "exposure": "actual", "harm_forms": ["coercion"]}
