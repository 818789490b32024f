"""Addresses of the referring side's and the partner's pages."""

from django.urls import path

from referrals.forms.referral import STEPS
from referrals.views import choosing, inbox, referral, sharing, telling

app_name = "referrals"
urlpatterns = [
    path("cases/<uuid:case>/refer/", choosing.choose, name="choose"),
    path("cases/<uuid:case>/refer/<uuid:service>/", choosing.prepare, name="prepare"),
    path("cases/<uuid:case>/told/", telling.told, name="told"),
    path("cases/<uuid:case>/withdrawals/", telling.withdrawals, name="withdrawals"),
    path("referrals/<uuid:pk>/", referral.referral, name="referral"),
    path("referrals/<uuid:pk>/share/", sharing.share, name="share"),
    *(path(f"referrals/<uuid:pk>/{verb}/", referral.step, {"verb": verb}, name=verb) for verb in STEPS),
    path("partners/", choosing.directory, name="directory"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:pk>/", inbox.offer, name="offer"),
    path("inbox/<uuid:pk>/<str:verb>/", inbox.respond, name="respond"),
]
