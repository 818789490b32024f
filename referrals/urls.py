"""Addresses of the referring side's and the partner's pages."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from referrals.forms.referral import STEPS
from referrals.forms.speech import STEPS as SPEECH_STEPS
from referrals.views import (
    assistance,
    authorities,
    capacity,
    carrying,
    choosing,
    clients,
    directory,
    endpoints,
    inbox,
    pathways,
    referral,
    register,
    saving,
    sharing,
    speech,
    taking,
    telling,
    way_steps,
    ways,
)


class Speaking(StringConverter):
    """One of the steps of a representation; anything else is no address."""

    regex = "|".join(sorted(SPEECH_STEPS))


register_converter(Speaking, "speaking")
app_name = "referrals"
urlpatterns = [
    path("cases/<uuid:case>/refer/", choosing.choose, name="choose"),
    path("cases/<uuid:case>/refer/<uuid:service>/", choosing.prepare, name="prepare"),
    path("cases/<uuid:case>/refer/missing/", choosing.missing, name="missing"),
    path("cases/<uuid:case>/told/", telling.told, name="told"),
    path("cases/<uuid:case>/withdrawals/", telling.withdrawals, name="withdrawals"),
    path("referrals/<uuid:pk>/", referral.referral, name="referral"),
    path("referrals/<uuid:pk>/life-saving/", saving.life_saving, name="life_saving"),
    path("referrals/<uuid:pk>/share/", sharing.share, name="share"),
    path("referrals/<uuid:pk>/code/", carrying.make, name="code"),
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
    path("cases/<uuid:case>/represent/", speech.represent, name="represent"),
    path("issues/<uuid:issue>/represent/", speech.represent_issue, name="represent_issue"),
    path("representations/<uuid:pk>/", speech.representation, name="representation"),
    path("representations/<uuid:pk>/revise/", speech.revise, name="speech_revise"),
    path("representations/<uuid:pk>/promises/<uuid:promise>/", speech.promise, name="promise"),
    path("representations/<uuid:pk>/<speaking:verb>/", speech.step, name="speech_step"),
    path("authorities/", authorities.authorities, name="authorities"),
    path("authorities/new/", authorities.new, name="authority_new"),
    path("authorities/<uuid:pk>/", authorities.authority, name="authority"),
    path("referrals/<uuid:pk>/heard/<str:verb>/", referral.heard, name="heard"),
    path("partners/", directory.directory, name="directory"),
    path("pathways/", ways.ways, name="ways"),
    path("pathways/new/", ways.begin, name="way_new"),
    path("pathways/<uuid:pathway>/", ways.way, name="way"),
    path("pathways/<uuid:pathway>/words/", ways.write, name="way_write"),
    path("pathways/<uuid:pathway>/steps/new/", way_steps.step, name="way_step"),
    path("pathways/<uuid:pathway>/steps/<int:position>/", way_steps.step, name="way_step_change"),
    path("pathways/<uuid:pathway>/steps/<int:position>/out/", way_steps.take_out, name="way_take_out"),
    path("pathways/<uuid:pathway>/<str:verb>/", ways.move, name="way_move"),
    path("partners/pathways/", pathways.pathways, name="pathways"),
    path("partners/directory.json", directory.give_out, name="give_out"),
    path("partners/take-in/", taking.take, name="take_in"),
    path("partners/services/<uuid:service>/", directory.service, name="service"),
    path("partners/services/<uuid:service>/edit/", directory.edit, name="service_edit"),
    path("partners/services/<uuid:service>/verify/", directory.verify, name="service_verify"),
    path("partners/register/", register.partners, name="partners"),
    path("partners/register/new/", register.propose, name="propose"),
    path("partners/register/<uuid:partner>/", register.partner, name="partner"),
    path("partners/register/<uuid:partner>/vetting/", register.vetting, name="vetting"),
    path("partners/register/<uuid:partner>/services/new/", directory.new, name="service_new"),
    path("partners/register/<uuid:partner>/programs/", clients.programs, name="programs"),
    path("partners/register/<uuid:partner>/programs/new/", clients.new, name="program_new"),
    path("partners/programs/<uuid:client>/", clients.program, name="program"),
    path("partners/programs/<uuid:client>/<str:verb>/", clients.step, name="program_step"),
    path("partners/programs/<uuid:client>/<str:kind>/<uuid:pk>/end/", clients.end, name="program_end"),
    path("partners/register/<uuid:partner>/endpoints/", endpoints.endpoints, name="endpoints"),
    path("partners/register/<uuid:partner>/endpoints/new/", endpoints.new, name="endpoint_new"),
    path("endpoints/<uuid:pk>/", endpoints.endpoint, name="endpoint"),
    path("endpoints/<uuid:pk>/again/<uuid:message>/", endpoints.again, name="endpoint_again"),
    path("endpoints/<uuid:pk>/<str:verb>/", endpoints.step, name="endpoint_step"),
    path("partners/register/<uuid:partner>/<str:verb>/", register.step, name="partner_step"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/code/", carrying.enter, name="enter_code"),
    path("inbox/<uuid:pk>/", inbox.offer, name="offer"),
    path("inbox/<uuid:pk>/<str:verb>/", inbox.respond, name="respond"),
]
