"""The moment of disclosure."""

from tests import factories


def test_a_referral_goes_the_whole_way(house):
    referral = factories.sent(house)
    assert referral.status == "sent"
    referral = factories.respond(house, referral, "accept")
    assert referral.status == "accepted"
    referral = factories.respond(house, referral, "complete", outcome="met", text="Papers returned.")
    assert referral.needs_action_by == "referrer"
