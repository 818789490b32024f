"""The way of a volunteer through the form, as a browser goes it."""

import re
from difflib import unified_diff
from typing import Any
from uuid import uuid4

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
TRIAGE = {"urgency": "normal", "outcome": "escalated_to_case", "exposure": "actual", "harm_forms": ["coercion"]}
TAG = re.compile(r"<input[^>]*>")


def url(name: str, pk: Any) -> str:
    return reverse(f"cases:{name}", args=[pk])


def _id_of(response: Any) -> str:
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"].rstrip("/").rsplit("/", 1)[-1])


def start(client: Client) -> str:
    """The id of a new draft."""
    return _id_of(client.post(reverse("cases:start")))


def shown_revision(response: Any) -> str:
    """The hidden number of the saved state that a page was made from."""
    tag = next(t for t in TAG.findall(response.content.decode()) if 'name="revision"' in t)
    return re.search(r'value="(-?\d+)"', tag)[1]  # type: ignore[index]


def answer(client: Client, name: str, pk: str, **more: Any) -> Any:
    """Open a step and post it."""
    revision = shown_revision(client.get(url(name, pk)))
    return client.post(url(name, pk), {**ANSWERS.get(name, {}), "revision": revision, **more})


def fill_in(client: Client, pk: str, *steps: str, **more: Any) -> None:
    """Answer these questions, or all; ``more`` maps a step to other answers."""
    for name in steps or ANSWERS:
        response = answer(client, name, pk, **more.get(name, {}))
        assert response.status_code == 302, (name, response.content.decode())


def hand_over(client: Client, pk: str) -> str:
    """The id of what was handed over."""
    return _id_of(answer(client, "check", pk))


def refused(client: Client, **more: Any) -> str:
    """A concern whose person said no; the id of the anonymous one that remains."""
    pk = start(client)
    fill_in(
        client, pk, "limits", "where", "danger", "words", "wishes", "agreement", agreement={"answer": "refused"}, **more
    )
    return hand_over(client, pk)


def agreed(client: Client, **more: Any) -> str:
    """A concern that was handed over whole."""
    pk = start(client)
    fill_in(client, pk, **more)
    return hand_over(client, pk)


def plain(response: Any) -> str:
    """A page without the forgery token of this visit and without the address that was asked for."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    return re.sub(r'name="next" value="[^"]*"', "", text)


def is_absent(client: Client, path: str, pk: str) -> bool:
    """Whether an address answers as if there were nothing: the very page of an unknown id."""
    hidden, unknown = client.get(path), client.get(path.replace(pk, str(uuid4())))
    is_same = hidden.status_code == unknown.status_code == 404 and plain(hidden) == plain(unknown)
    if not is_same:  # pytest shows it with the failure
        lines = unified_diff(
            plain(hidden).splitlines(), plain(unknown).splitlines(), "hidden", "unknown", lineterm="", n=0
        )
        print(hidden.status_code, unknown.status_code, *lines, sep="\n")
    return is_same
