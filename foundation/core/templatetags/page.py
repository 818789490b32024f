"""Tags and filters for the page components: icons, codes, typed words, meters, panels, field hints."""

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SPRITE = "icons.svg"
URGENCIES = ("emergency", "urgent", "normal")
CHOICE_KINDS = {"radio": "radios", "checkbox": "checkboxes"}


@register.simple_tag
def icon(name: str, turn: bool = False) -> SafeString:
    """Draw one icon of the sprite beside a word; ``turn`` mirrors arrows in right-to-left pages.

    Hidden from screen readers, so the word must say the same. An empty name draws nothing.
    """
    if not name:
        return SafeString("")
    classes = "amp-i amp-i--turn" if turn else "amp-i"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static(SPRITE),
        name,
    )


@register.filter
def code(value: object) -> SafeString:
    """Set a reference code: never broken, never turned, in figures of one width."""
    if value in (None, ""):
        return SafeString("")
    return format_html('<span class="amp-code" dir="ltr">{}</span>', value)


@register.filter
def bdi(value: object) -> SafeString:
    """Isolate words that a person typed, so that their direction does not disturb the line."""
    return format_html("<bdi>{}</bdi>", "" if value is None else value)


@register.simple_tag
def meter(value: float, limit: float, warn: bool = False) -> SafeString:
    """Draw a share that also stands in words next to it: ``{% meter 18 20 %}``; ``warn`` colours it amber."""
    share = 0.0 if limit <= 0 else max(0.0, min(1.0, value / limit))
    return format_html(
        '<svg class="{}" aria-hidden="true" height="6"><rect width="{}%" height="6" rx="3"></rect></svg>',
        "amp-meter amp-meter--full" if warn else "amp-meter",
        f"{100 * share:.1f}",
    )


@register.filter
def urgency_name(level: object) -> str:
    """Name the icon and tone of this urgency, in lower case; an unknown level gets those of normal."""
    name = str(level).lower()
    return name if name in URGENCIES else "normal"


@register.filter
def kind_of(field: BoundField) -> str:
    """Name the component that shows this field, by its widget.

    One of: hidden, radios, checkboxes, checkbox, group (several inputs), select, textarea, file, input.
    """
    widget = field.field.widget
    kind = str(getattr(widget, "input_type", "group" if widget.use_fieldset else "input"))
    if widget.is_hidden:
        return "hidden"
    if widget.use_fieldset:
        return CHOICE_KINDS.get(kind, "group")
    if isinstance(widget, forms.Textarea):
        return "textarea"
    return kind if kind in ("checkbox", "select", "file") else "input"


@register.filter
def first_id(field: BoundField) -> str:
    """Give the id that a link in the error summary must reach: of the field, or of its first choice."""
    return f"{field.auto_id}_0" if field.use_fieldset else (field.id_for_label or field.auto_id)


@register.filter
def said(field: BoundField, error: object) -> str:
    """Put a field's label before its error, so that the summary can be read on its own."""
    label = str(field.label).strip()
    joint = " " if label.endswith(("?", "؟", ".", ":", "!")) else ": "
    return f"{label}{joint}{error}"


@register.simple_block_tag
def panel(content: str, kind: str = "private", **more: Any) -> str:
    """Frame a block as a panel: ``{% panel "warn" title=… icon=… folded=True %}…{% endpanel %}``.

    Kinds: ``private`` (who may know), ``warn`` (one safety message), ``info`` (one hint), ``good`` (done).
    """
    return render_to_string("components/panel.html", {"kind": kind, "body": content, **more})
