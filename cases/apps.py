"""Concerns and cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """From a concern at a service point to a case with an owner."""

    name = "cases"

    def ready(self) -> None:
        """Rules, event names, navigation and words for the work list."""
        from cases import decoys, erasing, issue_policy, panels, policy, safeguarding_setup, vetoes
        from cases.lists import CaseList
        from cases.vocabulary import Category
        from foundation.accounts import routing
        from foundation.audit import openings, trail
        from foundation.dossiers import ladder
        from foundation.exports import sources as exports
        from foundation.outbox import delivery

        routing.topics([choice for choice in Category.choices if choice[0] != Category.CONDUCT])
        trail.names(
            "concern.started", "concern.described", "concern.limits_explained", "concern.submitted", "concern.discarded",
            "concern.read", "concern.listed", "concern.triaged", "case.opened", "case.read", "case.listed",
            "case.accepted", "case.assigned", "case.noted", "case.follow_up_planned", "case.followed_up",
            "case.restricted", "case.searched", "work.listed", "case.erasure_requested", "case.erasure_authorised",
            "case.erasure_refused", "case.erasure_taken_back", "case.erasure_read", "case.erased",
            "issue.opened", "issue.read", "issue.revised", "issue.moved", "issue.evidence_added", "issue.linked",
            "harm.reported", "harm.read", "harm.moved", "harm.noted", "lesson.written", "lesson.read", "lesson.released",
            "issue.unlinked", "issue.action_planned", "issue.action_done",
            "case.openings_read", "case.printed", "case.frozen", "case.thawed", "case.assessed", "case.urgency_set",
            "case.closure_asked", "case.closed", "case.closure_returned", "case.closure_taken_back", "case.reopened",
            "case.planned", "case.step_ended", "case.response_finished", "case.waits", "case.goes_on", "case.conferred",
            "case.hand_over_asked", "case.hand_over_taken", "case.hand_over_declined", "case.hand_over_taken_back",
            "case.hand_over_read", "case.transferred", "case.ceiling_set", "case.described",
        )  # fmt: skip
        openings.kind("concern.read", _("Opened the concern"))
        openings.kind("case.read", _("Opened the case"))
        openings.kind("harm.read", _("Read a report of harm"))
        openings.kind("issue.read", _("Read the issue"))
        openings.kind("case.openings_read", _("Looked at who opened it"))
        openings.kind("exception.read", _("Read what is told without consent"))
        openings.kind("person.contact_shown", _("Was shown the safe contact"))
        _listen()
        vetoes.install()
        delivery.channel("erasure", erasing.deliver)
        policy.install()
        issue_policy.install()
        ladder.staying.update(("harm_report", "harm_close"))
        safeguarding_setup.install()
        exports.register(CaseList())
        panels.install()
        decoys.install()


def _listen() -> None:
    """What follows here when something happens, here or on the floors below: in the same transaction, whoever acts."""
    from cases.actions.case import reassigned, restrict
    from cases.actions.erasing import clear, hanging
    from cases.actions.exceptions import erase_exceptions
    from cases.actions.handing import moved
    from cases.actions.keeping import follow_triage, review_basis
    from cases.actions.rights import end_requests, follow_requests, move_requests, settle_requests
    from cases.actions.triage import triaged
    from consent import actions as consent
    from foundation.dossiers.erasing import confirmed

    consent.withdrawn.listen(restrict)
    hanging.listen(erase_exceptions)
    consent.withdrawn.listen(review_basis)
    triaged.listen(follow_triage)
    confirmed.listen(clear)
    confirmed.listen(settle_requests)
    hanging.listen(end_requests)
    reassigned.listen(follow_requests)
    moved.listen(move_requests)
