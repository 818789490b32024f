"""What each number means, in words that are shown beside it (domain.md §8.2). The words belong to version 1 of the scheme."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from riskanalysis.questions import SINCE

UNKNOWN_LABEL = pgettext_lazy("score", "Not known")

TITLES: dict[str, Any] = {
    "danger": _("Is anyone in immediate danger now?"),
    "threat": _("How likely is it to happen?"),
    "vulnerability": _("How exposed is the person?"),
    "prevent": _("What can the person and those around them do to prevent it?"),
    "respond": _("What can they do while it happens?"),
    "recover": _("What can they do to recover afterwards?"),
    "duty": _("What would those do whose duty it is to protect?"),
    "person": _("How does the person see it?"),
    SINCE: _("What happened since the last time?"),
}
NAMES: dict[str, Any] = {
    "threat": _("Threat"),
    "vulnerability": _("Vulnerability"),
    "capacity": _("Capacity"),
    "prevent": _("Capacity to prevent"),
    "respond": _("Capacity to respond"),
    "recover": _("Capacity to recover"),
}
HINTS: dict[str, Any] = {
    "threat": _("This one threat, from where it comes. No name of who harms."),
    "vulnerability": _("To this threat, in the situation as it is now. Nobody is vulnerable because of a group."),
    "prevent": _("Against this threat. What they do already counts first."),
    "respond": _("Against this threat: get away, call for help, hold out."),
    "recover": _("From this threat: health, home, income, papers, people."),
    "duty": _("For information only: it is not part of the level."),
}
ANCHORS: dict[str, tuple[Any, ...]] = {
    "threat": (
        _("No credible threat"),
        _("Possible: nothing points to it now"),
        _("Plausible: it has happened before, or to others like this"),
        _("Likely soon: where it comes from has the access and the intent"),
        _("Happening now, or expected within 72 hours"),
    ),
    "vulnerability": (
        _("Not exposed to it"),
        _("A little: there are people and places to turn to"),
        _("Exposed, and some things cut the person off from help"),
        _("Highly exposed: dependent or isolated"),
        _("Fully exposed: there is no way out"),
    ),
    "prevent": (
        _("Nothing"),
        _("Little, and it would not hold"),
        _("Something that helps at times"),
        _("Much: a plan that works"),
        _("They can keep it from happening"),
    ),
    "respond": (
        _("Nothing"),
        _("Little: help would come too late"),
        _("Something: somebody can be called"),
        _("Much: a safe place and people who come"),
        _("They can stop it or get away at once"),
    ),
    "recover": (
        _("Nothing"),
        _("Little, and only with great losses"),
        _("Something: some support, some means"),
        _("Much: support, means and services are there"),
        _("They can fully recover"),
    ),
    "can": (
        _("Cannot do anything"),
        _("Can do little"),
        _("Can do something"),
        _("Can do much"),
        _("Can fully protect"),
    ),
    "will": (
        _("Against it, or part of the threat"),
        _("Do not want to"),
        _("Undecided"),
        _("Willing"),
        _("Willing, and have begun"),
    ),
    "rating": (
        _("No danger"),
        _("A little danger"),
        _("Some danger"),
        _("Great danger"),
        _("As bad as it can be"),
    ),
}
WARNINGS: dict[str, Any] = {
    "W-13": _(
        "The person sees it otherwise, by two steps or more. Their own view counts: say why you rate it as you do."
    ),
    "W-17": _(
        "Only a group was named as the reason for being exposed. Belonging to a group exposes nobody by itself: say what in "
        "the situation does."
    ),
    "copied": _("All five answers are the same as last time. Say that you asked again, and what you found."),
    "prevented": _("It is happening now, and yet there is much that prevents it. Say how both are true."),
    "not_exposed": _("A likely threat, and yet the person is not exposed to it. Say how both are true."),
    "level": _("Why the level is lower than suggested"),
    "urgency": _("Why it is less urgent than the case has been until now"),
}
