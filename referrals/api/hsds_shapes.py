"""Queries and answers of the directory in the form of HSDS 3. The fields of a record are those of the published schema."""

from typing import Any

from rest_framework import serializers

from referrals.api.serializers import Strict

DEEPEST = 10_000


class Page(Strict):
    """Which page, of how many entries."""

    page = serializers.IntegerField(min_value=1, max_value=DEEPEST, required=False, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=100, required=False, default=50)
    format = serializers.ChoiceField(["json"], required=False)
    search = serializers.CharField(max_length=120, required=False, allow_blank=True)


class Terms(Page):
    """Which terms."""

    taxonomy_id = serializers.UUIDField(required=False)
    parent_id = serializers.UUIDField(required=False, help_text="No term has a parent: an empty page.")
    top_only = serializers.BooleanField(required=False, help_text="Every term is at the top.")


class Organizations(Page):
    """Which organisations: those with a published service that fits."""

    taxonomy_id = serializers.UUIDField(required=False)
    taxonomy_term_id = serializers.UUIDField(required=False)
    full = serializers.BooleanField(required=False, default=False)
    full_service = serializers.BooleanField(required=False, default=False)


class Located(Page):
    """Which services at their places."""

    taxonomy_id = serializers.UUIDField(required=False)
    taxonomy_term_id = serializers.UUIDField(required=False)
    organization_id = serializers.UUIDField(required=False)
    modified_after = serializers.DateTimeField(required=False)
    full = serializers.BooleanField(required=False, default=False, help_text="With all that hangs on a record.")


class Services(Located):
    """Which services."""

    minimal = serializers.BooleanField(
        required=False, default=False, help_text="id, name, status and last_modified alone, all on one page."
    )


class One(Strict):
    """How much of one organisation."""

    full_service = serializers.BooleanField(required=False, default=False)


class Nothing(Strict):
    """No query."""


class Found(serializers.Serializer[Any]):
    """HSDS' own envelope of a page. ``contents`` are records of the published schema of HSDS 3."""

    total_items = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    page_number = serializers.IntegerField()
    size = serializers.IntegerField()
    first_page = serializers.BooleanField()
    last_page = serializers.BooleanField()
    empty = serializers.BooleanField()
    contents = serializers.ListField(child=serializers.DictField())


class Publisher(serializers.Serializer[Any]):
    """Whose directory it is."""

    name = serializers.CharField()


class Root(serializers.Serializer[Any]):
    """Which version of HSDS, and where it is described."""

    version = serializers.CharField()
    profile = serializers.URLField()
    openapi_url = serializers.URLField()
    description = serializers.CharField()
    publisher = Publisher()


class Record(serializers.Serializer[Any]):
    """A record of the published schema of HSDS 3, with all that hangs on it."""

    id = serializers.UUIDField()
