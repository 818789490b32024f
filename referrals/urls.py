"""Addresses of the referring side's and the partner's pages."""

from django.urls import path

from referrals.forms.referral import STEPS
from referrals.views import assistance, capacity, choosing, inbox, referral, sharing, telling

app_name = "referrals"
urlpatterns = [
    path("cases/<uuid:case>/refer/", choosing.choose, name="choose"),
    path("cases/<uuid:case>/refer/<uuid:service>/", choosing.prepare, name="prepare"),
    path("cases/<uuid:case>/told/", telling.told, name="told"),
    path("cases/<uuid:case>/withdrawals/", telling.withdrawals, name="withdrawals"),
    path("referrals/<uuid:pk>/", referral.referral, name="referral"),
    path("referrals/<uuid:pk>/share/", sharing.share, name="share"),
    *(path(f"referrals/<uuid:pk>/{verb}/", referral.step, {"verb": verb}, name=verb) for verb in STEPS),
    path("cases/<uuid:case>/help/", assistance.needs, name="assistance"),
    path("cases/<uuid:case>/help/plan/", assistance.assist, name="assist"),
    path("assistance/<uuid:pk>/", assistance.of, name="assistance_of"),
    path("assistance/<uuid:pk>/give/", assistance.step, {"verb": "give"}, name="give_help"),
    path("assistance/<uuid:pk>/answer/", assistance.step, {"verb": "answer"}, name="answer_help"),
    path("assistance/<uuid:pk>/not-give/", assistance.step, {"verb": "not_give"}, name="not_give_help"),
    path("own-services/", capacity.declarations, name="capacity"),
    path("own-services/<uuid:unit>/declare/", capacity.declare, name="capacity_declare"),
    path("own-services/<uuid:pk>/approve/", capacity.decide, {"verb": "approve"}, name="capacity_approve"),
    path("own-services/<uuid:pk>/drop/", capacity.decide, {"verb": "drop"}, name="capacity_drop"),
    path("partners/", choosing.directory, name="directory"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:pk>/", inbox.offer, name="offer"),
    path("inbox/<uuid:pk>/<str:verb>/", inbox.respond, name="respond"),
]
