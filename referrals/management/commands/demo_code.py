"""``manage.py demo_code focal_point``: the code that a demonstration person's app shows now."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts import factors
from foundation.accounts.models import CodeUse
from referrals import demo


class Command(BaseCommand):
    """Prints six figures that were not used yet, and how long they count."""

    help = "Show the code for the second step of somebody in the demonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", help="as in demo.json: focal_point, manager, administrator …")

    def handle(self, *args: Any, **options: Any) -> None:
        facts = self._facts(options["who"])
        used = CodeUse.objects.filter(user__email=facts["email"]).values_list("step", flat=True).first() or 0
        step = max(used + 1, factors.step_now())
        if step > factors.step_now() + factors.SKEW:
            raise CommandError("the last codes were used already; ask again in half a minute")
        self.stdout.write(factors.code_at(facts["totp_secret"], step))

    def _facts(self, who: str) -> dict[str, Any]:
        path = demo.place()
        try:
            people: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))["people"]
        except (OSError, ValueError, KeyError) as problem:
            raise CommandError(f"there is no demonstration at {path}") from problem
        needing = [name for name, facts in people.items() if "totp_secret" in facts]
        if who not in needing:
            raise CommandError(f"{who!r} has no second step; these have: {', '.join(needing)}")
        return dict(people[who])
