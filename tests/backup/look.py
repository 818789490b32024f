"""Runs on the other machine: opens cases and pages as the people there would, and says what it saw as JSON."""

import json
import sys
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from cases.models import Case  # noqa: E402
from foundation.accounts.models import User  # noqa: E402
from foundation.core.acting import acting  # noqa: E402
from foundation.core.errors import Unreadable  # noqa: E402
from foundation.files import actions as files  # noqa: E402
from foundation.files.models import Attachment  # noqa: E402
from tests import door, factories  # noqa: E402


def person(key: str) -> User:
    return User.objects.get(email=f"{key}@amparo.example")


def alias(pk: str, who: str) -> str:
    """The alias in a case as this person reads it, or why not."""
    user = person(who)
    with acting(user.pk), transaction.atomic():
        case = Case.objects.filter(pk=pk).select_related("person").first()
        if case is None:
            return "nothing there"
        try:
            return str(case.person.alias)
        except Unreadable as problem:
            return type(problem).__name__


def file_of(pk: str, who: str) -> str:
    user = person(who)
    with acting(user.pk), transaction.atomic():
        row = Attachment.objects.select_related("dossier").get(pk=pk)
        return files.open_file(row, by=user).whole().decode()


def pages(asked: dict[str, list[str]]) -> dict[str, list[int]]:
    found = {}
    for who, addresses in asked.items():
        client = door.opened(factories.settle(person(who)))
        found[who] = [client.get(address).status_code for address in addresses]
    return found


def main() -> None:
    task: dict[str, Any] = json.loads(sys.stdin.read())
    setup_test_environment()
    found: dict[str, Any] = {"aliases": {pk: alias(pk, "caseworker") for pk in task.get("cases", [])}}
    found["pages"] = pages(task.get("pages", {}))
    found["files"] = [file_of(pk, "caseworker") for pk in task.get("files", [])]
    print(json.dumps(found))


main()
