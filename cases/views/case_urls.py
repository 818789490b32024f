"""Addresses of the pages of a case; ``cases.urls`` includes them."""

from django.urls import path

from cases.views import case, consent, erasures, exceptions, files, knowing, opened, paper, people, withdrawing

urlpatterns = [
    path("cases/", case.case_list, name="cases"),
    path("cases/<uuid:pk>/", case.overview, name="case"),
    path("cases/<uuid:pk>/history/", case.history, name="case_history"),
    path("cases/<uuid:pk>/notes/", case.notes, name="case_notes"),
    path("cases/<uuid:pk>/files/", files.files, name="case_files"),
    path("cases/<uuid:pk>/files/<uuid:file>/", files.open_file, name="open_file"),
    path("cases/<uuid:pk>/files/<uuid:file>/remove/", files.remove_file, name="remove_file"),
    path("cases/<uuid:pk>/opened/", opened.who_opened, name="case_opened"),
    path("cases/<uuid:pk>/follow-up/", case.follow_up, name="follow_up"),
    path("cases/<uuid:pk>/print/", paper.paper, name="print"),
    path("cases/<uuid:pk>/accept/", case.accept, name="accept"),
    path("cases/<uuid:pk>/assign/", case.assign, name="assign"),
    path("cases/<uuid:pk>/person/", people.person, name="case_person"),
    path("cases/<uuid:pk>/contact/", people.contact, name="case_contact"),
    path("cases/<uuid:pk>/consent/", consent.conversation, name="case_consent"),
    path("cases/<uuid:pk>/decisions/<uuid:decision>/withdraw/", withdrawing.withdraw, name="withdraw"),
    path("cases/<uuid:pk>/decisions/<uuid:decision>/narrow/", withdrawing.narrow, name="narrow"),
    path("cases/<uuid:pk>/consent/take-back/", withdrawing.everything, name="take_everything_back"),
    path("cases/<uuid:pk>/consent/not-asked/", consent.obstacle, name="consent_obstacle"),
    path("cases/<uuid:pk>/consent/who-may-know/", knowing.who_may_know, name="who_may_know"),
    path("cases/<uuid:pk>/consent/copies/<uuid:consent>/", knowing.copy, name="consent_copy"),
    path("cases/<uuid:pk>/erase/", erasures.erase, name="erase"),
    path("cases/<uuid:pk>/exception/", exceptions.choose, name="exception_choose"),
    path("cases/<uuid:pk>/exception/<uuid:recipient>/", exceptions.ask, name="exception_ask"),
    path("exceptions/", exceptions.exceptions, name="exceptions"),
    path("exceptions/<uuid:pk>/", exceptions.exception, name="exception"),
    path("exceptions/<uuid:pk>/authorise/", exceptions.authorise, name="exception_authorise"),
    path("exceptions/<uuid:pk>/refuse/", exceptions.refuse_it, name="exception_refuse"),
    path("exceptions/<uuid:pk>/take-back/", exceptions.take_back, name="exception_take_back"),
    path("exceptions/<uuid:pk>/end/", exceptions.end, name="exception_end"),
    path("exceptions/<uuid:pk>/review/", exceptions.review, name="exception_review"),
    path("erasures/", erasures.erasures, name="erasures"),
    path("erasures/<uuid:pk>/", erasures.erasure, name="erasure"),
    path("erasures/<uuid:pk>/authorise/", erasures.authorise, name="erasure_authorise"),
    path("erasures/<uuid:pk>/refuse/", erasures.refuse_it, name="erasure_refuse"),
    path("erasures/<uuid:pk>/take-back/", erasures.take_back, name="erasure_take_back"),
]
