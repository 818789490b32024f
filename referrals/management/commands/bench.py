"""``manage.py bench``: what the walls cost, measured beside the same pages without walls; or what a long trail costs."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.bench import cascade, report, trail

SIZES = [1_000, 100_000]
ROUNDS = 40


class Command(BaseCommand):
    """Needs a database that holds nobody; ``python3 manage.py bench`` starts one of its own with production's durability."""

    help = "Load synthetic cases, measure pages and writes with and without walls, print the ratios."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--cases", type=int, action="append", metavar="N", help="a size; may be given several times"
        )
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="requests per page, user and side")
        parser.add_argument("--load", type=int, metavar="N", help="only load N cases, and leave them there")
        parser.add_argument("--keys", action="store_true", help="exchange all keys of the last size while people work")
        parser.add_argument("--walls", action="store_true", help="what each wall costs alone, at the last size")
        parser.add_argument("--covers", type=int, metavar="N", help="instead: ask what is covered among N decisions")
        parser.add_argument("--json", metavar="FILE", help="also write everything as JSON")
        parser.add_argument(
            "--cascade", type=int, metavar="N", help="instead: take back an agreement on which N open referrals rest"
        )
        parser.add_argument("--ladder", type=int, metavar="N", help="instead: sweep over N open clocks")
        parser.add_argument("--directory", type=int, metavar="N", help="instead: a directory with N services")
        parser.add_argument(
            "--webhooks", type=int, metavar="N", help="instead: N events, one endpoint dead and one slow"
        )
        parser.add_argument(
            "--trail", type=int, metavar="N", help="instead: write, seal and verify N events of the trail"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        alone = {
            "trail": self._trail, "covers": self._covers, "cascade": self._cascade, "ladder": self._ladder,
            "directory": self._directory, "webhooks": self._webhooks, "load": self._load,
            "keys": self._keys, "walls": self._walls,
        }  # fmt: skip
        wanted = next((measure for name, measure in alone.items() if options[name]), self._all)
        wanted(options)

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def _trail(self, options: dict[str, Any]) -> None:
        self._lines(trail.measure(options["trail"]))

    def _cascade(self, options: dict[str, Any]) -> None:
        self._lines(cascade.measure(options["cascade"]))

    def _covers(self, options: dict[str, Any]) -> None:
        from referrals.bench import ground

        self._lines(ground.measure(options["covers"], self.stderr.write))

    def _ladder(self, options: dict[str, Any]) -> None:
        from referrals.bench import ladder

        self._lines(ladder.measure(options["ladder"], self.stderr.write))

    def _directory(self, options: dict[str, Any]) -> None:
        from referrals.bench import services

        self._lines(services.measure(options["directory"], options["rounds"], self.stderr.write))

    def _webhooks(self, options: dict[str, Any]) -> None:
        from referrals.bench import hooks

        self._lines(hooks.measure(options["webhooks"], self.stderr.write))

    def _load(self, options: dict[str, Any]) -> None:
        from referrals.bench.run import load

        load(options["load"])

    def _keys(self, options: dict[str, Any]) -> None:
        from referrals.bench import keys

        found = keys.run(max(options["cases"] or SIZES), self.stderr.write)
        self._lines(found.lines())
        if found.failed:
            raise CommandError("somebody noticed that keys were exchanged")

    def _walls(self, options: dict[str, Any]) -> None:
        from referrals.bench import price
        from referrals.bench.run import walls_one_by_one

        self.stdout.write(price.HEAD)
        for found in walls_one_by_one(max(options["cases"] or SIZES), options["rounds"], self.stderr.write):
            self.stdout.write(found.line())

    def _all(self, options: dict[str, Any]) -> None:
        from referrals.bench.run import run

        machine = report.machine()
        results = run(sorted(options["cases"] or SIZES), options["rounds"], self.stderr.write)
        for line in report.lines(results):
            self.stdout.write(line)
        for verdict in report.verdicts(results):
            mark = "ok  " if verdict["is_met"] else "MISS"
            unit = verdict["unit"]
            self.stdout.write(
                f"{mark} {verdict['what']}: {verdict['reached']:g} {unit} (wanted ≤ {verdict['wanted']:g})"
            )
        if options["json"]:
            report.write(options["json"], report.document(results, machine))
