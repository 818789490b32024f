"""How the house stands, in sentences: what it is, since when, and what to do if it is not as it should be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.core.words import moment_words
from foundation.outbox.models import LONG
from foundation.upkeep.checks import Result, State
from foundation.upkeep.figures import Channel, Standing
from foundation.upkeep.pulses import Beat
from foundation.upkeep.targets import Line as Target

TAGS: dict[State, tuple[Any, str, str]] = {
    State.OK: (gettext_lazy("In order"), "good", "done"),
    State.DEGRADED: (gettext_lazy("Limited"), "urgent", "urgent"),
    State.BROKEN: (gettext_lazy("Out of order"), "late", "emergency"),
}
PARTS: dict[str, tuple[Any, Any]] = {
    "database": (
        gettext_lazy("Database"),
        gettext_lazy("It does not answer, or its role may see too much. Nobody can work."),
    ),
    "migrations": (
        gettext_lazy("Tables"),
        gettext_lazy("The database is older than the program. Run the migration, then start web and workers again."),
    ),
    "keys": (
        gettext_lazy("Keys"),
        gettext_lazy("The keys cannot be read, so no record can. Put the right key file in its place."),
    ),
    "broker": (
        gettext_lazy("Wake-ups (Valkey)"),
        gettext_lazy("Messages leave later, nothing is lost. Start Valkey again."),
    ),
    "scanner": (
        gettext_lazy("Virus scanner"),
        gettext_lazy("Files wait for their check and cannot be opened. Start the scanner, or connect one."),
    ),
}
TASKS: dict[str, Any] = {
    "outbox.sweep": gettext_lazy("Delivery of messages"),
    "audit.seal": gettext_lazy("Sealing of the trail"),
    "audit.anchor": gettext_lazy("Anchoring of the trail"),
    "audit.months": gettext_lazy("Months of the trail"),
    "dossiers.remind": gettext_lazy("Reminders"),
    "api.forget": gettext_lazy("Tidying up after the partner API"),
    "referrals.agreements": gettext_lazy("Agreements with partners that have run out"),
    "referrals.drafts": gettext_lazy("Removing old drafts of referrals"),
    "referrals.endpoints": gettext_lazy("Looking after the systems of partners"),
    "referrals.measure": gettext_lazy("How services answer"),
    "referrals.remind_of_pathways": gettext_lazy("Reminding of pathways that must be looked at again"),
    "cases.remove_old_drafts": gettext_lazy("Removing old drafts"),
    "files.sweep": gettext_lazy("Checking of files"),
    "files.tidy": gettext_lazy("Removing files nobody points at"),
    "exports.sweep": gettext_lazy("Destroying lists that nobody fetched"),
    "cases.finish_erasures": gettext_lazy("Carrying out erasures"),
    "cases.retain": gettext_lazy("Ending what was kept long enough"),
    "cases.keep_safeguarding": gettext_lazy("Keeping the lists of safeguarding"),
    "cases.remind_of_consent": gettext_lazy("Reminding of consent that ends"),
    "consent.sign_in_time": gettext_lazy("Ending what nobody signed in time"),
    "readiness.sweep": gettext_lazy("Reminding of what runs out: readiness, trainings, appointments"),
    "dossiers.reconcile": gettext_lazy("Finishing erasures"),
    "upkeep.look": gettext_lazy("Looking whether everything runs"),
}
CHANNELS: dict[str, Any] = {
    "email": gettext_lazy("E-mail"),
    "notice": gettext_lazy("Notice on a page"),
    "webhook": gettext_lazy("Message to a partner’s system"),
}


def name_task(task: str, label: Any) -> None:
    """Give a scheduled task of another app its name."""
    TASKS[task] = label


@dataclass(frozen=True)
class Line:
    """One line of the page: what, how it is, and a sentence."""

    label: str
    text: str
    state: State = State.OK

    @property
    def is_wrong(self) -> bool:
        """Whether somebody must do something."""
        return self.state is not State.OK

    @property
    def tag(self) -> dict[str, Any]:
        """Word, tone and icon of the state."""
        words, tone, icon = TAGS[self.state]
        return {"text": words, "tone": tone, "icon": icon}


def parts(found: list[Result]) -> list[Line]:
    """The parts of the installation."""
    return [_part(result) for result in found]


def _part(result: Result) -> Line:
    label, trouble = PARTS.get(result.name, (result.name, ""))
    return Line(str(label), "" if result.state is State.OK else str(trouble), result.state)


def tasks(standing: Standing, zone: tzinfo) -> list[Line]:
    """What runs by itself."""
    return [_task(beat, zone) for beat in standing.beats]


def _task(beat: Beat, zone: tzinfo) -> Line:
    label = str(TASKS.get(beat.task, beat.task))
    pulse = beat.pulse
    ran_at = pulse.ran_at if pulse else None
    last = _("Last: %(when)s.") % {"when": moment_words(ran_at, beat.now, zone)} if ran_at else _("It has not run yet.")
    if beat.is_late:
        return Line(label, f"{last} {_('The scheduler or the worker stands still: start both again.')}", State.BROKEN)
    if beat.is_failing and pulse:
        said = _("It broke off (%(code)s). The worker’s log says where.") % {"code": pulse.problem}
        return Line(label, f"{last} {said}", State.BROKEN)
    return Line(label, last)


def flows(standing: Standing, zone: tzinfo) -> list[Line]:
    """Messages, seals and reminders: what waits, and since when."""
    return [
        *(_channel(channel, standing.now, zone) for channel in standing.channels),
        _aged(_("Trail"), standing.oldest_unsealed_at, is_late=standing.is_seal_late, zone=zone, told=_unsealed),
        _aged(_("Reminders"), standing.oldest_reminder_at, is_late=standing.is_reminder_late, zone=zone, told=_due),
    ]


def _channel(channel: Channel, now: datetime, zone: tzinfo) -> Line:
    n = channel.n_waiting
    words = ngettext("%(n)d waits", "%(n)d wait", n) % {"n": n}
    if channel.oldest_at:
        words = _("%(words)s, the oldest since %(when)s") % {
            "words": words, "when": moment_words(channel.oldest_at, now, zone)
        }  # fmt: skip
    failed = ngettext("%(n)d failed", "%(n)d failed", channel.n_failed) % {"n": channel.n_failed}
    is_old = channel.oldest_at is not None and now - channel.oldest_at > LONG
    state = State.BROKEN if channel.n_failed else State.DEGRADED if is_old else State.OK
    return Line(str(CHANNELS.get(channel.name, channel.name)), f"{words}. {failed}.", state)


def _aged(
    label: str, oldest: datetime | None, *, is_late: bool, zone: tzinfo, told: Callable[[datetime, tzinfo], str]
) -> Line:
    if oldest is None or not is_late:
        return Line(label, _("Nothing has waited too long."))
    return Line(label, told(oldest, zone), State.BROKEN)


def _unsealed(oldest: datetime, zone: tzinfo) -> str:
    when = moment_words(oldest, oldest, zone)
    return _("Events since %(when)s are not sealed yet. Start the worker again; tell the auditor.") % {"when": when}


def _due(oldest: datetime, zone: tzinfo) -> str:
    when = moment_words(oldest, oldest, zone)
    return _("Reminders due since %(when)s have not gone out. Start scheduler and worker again.") % {"when": when}


def endpoints(found: list[Target], now: datetime, zone: tzinfo) -> list[Line]:
    """The systems of partners that messages go to."""
    return [_endpoint(line, now, zone) for line in found]


def _endpoint(line: Target, now: datetime, zone: tzinfo) -> Line:
    at = line.delivered_at
    last = _("Last arrived: %(when)s.") % {"when": moment_words(at, now, zone)} if at else _("Nothing arrived yet.")
    name = line.target.organisation
    if not line.target.is_active:
        off = _("It is switched off.")
        return Line(name, f"{last} {off}", State.DEGRADED)
    if line.is_failing:
        advice = _("Messages do not arrive. Phone the partner: they see their referrals on the page meanwhile.")
        return Line(name, f"{last} {advice}", State.BROKEN)
    return Line(name, last)
