"""Addresses of readiness, of trainings and of the register of focal points."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from foundation.readiness.items import RECORDED
from foundation.readiness.views import assessing, register, trainings, units


class Step(StringConverter):
    """What is done with an assessment that is being written or waits."""

    regex = "submit|drop|approve|give_back"


class Code(StringConverter):
    """An item that somebody fills in."""

    regex = "|".join(RECORDED)


class Decision(StringConverter):
    """What is done with a training."""

    regex = "confirm|refuse|end"


register_converter(Step, "readying")
register_converter(Code, "item")
register_converter(Decision, "training")

app_name = "readiness"
urlpatterns = [
    path("readiness/", units.units, name="units"),
    path("readiness/<uuid:pk>/", units.unit, name="unit"),
    path("readiness/<uuid:pk>/begin/", assessing.begin, name="begin"),
    path("readiness/<uuid:pk>/register/", register.register, name="register"),
    path("readiness/focal-points/<uuid:pk>/", register.cover, name="cover"),
    path("readiness/assessments/<uuid:pk>/", assessing.assessment, name="assessment"),
    path("readiness/assessments/<uuid:pk>/<item:code>/", assessing.fill, name="fill"),
    path("readiness/assessments/<uuid:pk>/<readying:verb>/", assessing.step, name="step"),
    path("trainings/", trainings.trainings, name="trainings"),
    path("trainings/<int:pk>/", trainings.person, name="person"),
    path("trainings/<int:pk>/record/", trainings.record, name="record"),
    path("trainings/<uuid:pk>/<training:verb>/", trainings.decide, name="decide"),
]
