"""Who works here."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Organisations, units, people, seats and appointments."""

    name = "foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Announce the event names."""
        from foundation.accounts import context, custodians, signs
        from foundation.audit import anchors, trail
        from foundation.outbox import delivery

        trail.names(
            "appointment.proposed", "appointment.confirmed", "appointment.ended", "appointment.away", "user.invited",
            "appointment.limited", "session.began", "session.refused", "session.ended", "session.expired",
            "factor.added", "factor.removed", "factor.renewed", "factor.used", "factor.refused",
            "conduct.published", "conduct.accepted", "session.closed", "session.confirmed", "user.deactivated", "user.reopened",
            "measure.proposed", "measure.confirmed", "measure.refused", "factor.reset", "society.founded",
            "directory.linked", "directory.refused",
        )  # fmt: skip
        signs.connect()
        context.nav(context.people)
        delivery.channel("anchor", custodians.deliver)
        anchors.taken.listen(custodians.send)
