"""Forms come out in our look by themselves: labels, hints, errors, directions, and nothing that a browser remembers."""

import re

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils.safestring import SafeString

from foundation.core import pages
from foundation.core.templatetags import page

TEMPLATES = settings.BASE_DIR / "templates"

PLACES = [("a", "At a service point"), ("b", "In a home")]


class Everything(forms.Form):
    """One field of each kind."""

    words = forms.CharField(
        label="In their words", help_text="Only what they say", max_length=20, widget=forms.Textarea
    )
    place = forms.ChoiceField(choices=PLACES, widget=pages.HintedRadios(hints={"a": "Clinic, hub"}))
    needs = forms.MultipleChoiceField(choices=PLACES, widget=pages.HintedCheckboxes(), required=False)
    district = forms.ChoiceField(label="District", choices=PLACES)
    alias = forms.CharField(required=False)
    email = forms.EmailField(required=False)
    n_children = forms.IntegerField(min_value=0)
    due = forms.DateField(widget=pages.DayInput)
    said_back = forms.BooleanField()
    paper = forms.FileField(required=False)
    ref = forms.CharField(widget=forms.HiddenInput)


def html_of(form: forms.Form) -> str:
    return Template("{{ form }}").render(Context({"form": form}))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("words", "textarea"),
        ("place", "radios"),
        ("needs", "checkboxes"),
        ("district", "select"),
        ("alias", "input"),
        ("due", "input"),
        ("said_back", "checkbox"),
        ("paper", "file"),
        ("ref", "hidden"),
    ],
)
def test_kind_of_field(name: str, kind: str) -> None:
    assert page.kind_of(Everything()[name]) == kind


def test_form_prints_in_our_look() -> None:
    html = html_of(Everything())
    assert html.count('class="govuk-form-group') == 10
    assert 'class="govuk-hint" id="id_words_helptext"' in html
    assert 'data-maxlength="20"' in html
    assert " maxlength=" not in html, "a long answer must never be cut silently"
    assert re.search(r'<input type="text" name="alias"[^>]* dir="auto" autocomplete="off" spellcheck="false"', html)
    assert re.search(r'<input type="email"[^>]* dir="ltr"', html)
    assert re.search(r'<input type="text" inputmode="numeric" name="n_children"', html)
    assert re.search(r'<input type="date"[^>]*name="due"', html)
    assert 'aria-describedby="id_place_0-hint"' in html
    assert "placeholder" not in html


def test_nothing_is_chosen_at_the_start() -> None:
    assert " checked" not in html_of(Everything())


def test_error_is_told_beside_the_field_and_above() -> None:
    form = Everything({"words": "x" * 30})
    html = html_of(form)
    assert 'id="id_words_error"' in html
    assert 'aria-invalid="true"' in html
    assert not re.search(r'<input type="radio"[^>]*aria-invalid', html)
    summary = Template('{% include "components/error_summary.html" %}').render(Context({"form": form}))
    assert 'href="#id_place_0"' in summary
    assert "District: " in summary


def test_typed_words_are_escaped() -> None:
    assert page.bdi("<b>") == "<bdi>&lt;b&gt;</bdi>"
    assert page.code("<b>") == '<span class="amp-code" dir="ltr">&lt;b&gt;</span>'
    assert page.code(None) == SafeString("")


@pytest.mark.parametrize(
    ("value", "limit", "width"), [(9, 20, "45.0"), (30, 20, "100.0"), (1, 0, "0.0"), (-1, 5, "0.0")]
)
def test_meter_stays_within_its_bar(value: float, limit: float, width: str) -> None:
    assert f'width="{width}%"' in page.meter(value, limit)


def test_unknown_urgency_looks_normal() -> None:
    assert [page.urgency_name(level) for level in ("EMERGENCY", "urgent", "", None)] == [
        "emergency",
        "urgent",
        "normal",
        "normal",
    ]


def test_panel_holds_a_block() -> None:
    html = Template('{% panel "warn" title="Danger" %}<p>Phone</p>{% endpanel %}').render(Context())
    assert "amp-panel--warn" in html
    assert "<p>Phone</p>" in html


def test_months_stand_in_the_case_that_the_language_wants() -> None:
    """Django's ``E``: "26 ноября 2026". ``F`` and ``N`` give the name alone, "26 Ноябрь 2026"."""
    written = {
        path.relative_to(TEMPLATES).as_posix(): found
        for path in TEMPLATES.rglob("*.html")
        for found in re.findall(r'\|date:"([^"]*)"', path.read_text("utf-8"))
    }
    assert len(written) > 5
    assert {path: pattern for path, pattern in written.items() if set(pattern) & set("FN")} == {}
