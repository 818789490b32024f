"""Plain twins of the walled models: the same columns without a dossier, open text instead of tokens, no policies.

They live in a registry of their own and in the schema ``floor``, which the bench makes and drops. Their manager has the
doors of the product under the same names, as plain Django would write them: a filter by the units one works for.
"""

from types import FunctionType
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, connections, models
from django.db.models import Q
from django.utils import timezone

from cases.models import Case, CaseNote, Concern, FollowUp
from consent.models import Consent, Decision, Person
from foundation.dossiers.actions import Reader
from foundation.dossiers.models import Clock, DossierBound
from foundation.vault.fields import EncryptedDate, EncryptedField, EncryptedJSON
from referrals.models import Disclosure, Message, Referral, ReferralMove

ORIGINALS: tuple[type[DossierBound], ...] = (
    Person, Consent, Decision, Concern, Case, CaseNote, FollowUp, Clock, Referral, ReferralMove, Disclosure, Message,
)  # fmt: skip
INDEXES = (
    ("cases_case", "(unit_id, opened_at DESC)"),
    ("cases_case", "(opened_at DESC)"),
    ("cases_concern", "(unit_id, started_at DESC)"),
    ("dossiers_clock", "(rank, due_at) WHERE stopped_at IS NULL"),
    ("referrals_referral", "(service_id)"),
)
_TYPES = {EncryptedJSON: ("jsonb", models.JSONField), EncryptedDate: ("date", models.DateField)}
PREFIX = "plain_"
_REGISTRY = Apps()
_TWINS: dict[type[models.Model], type[models.Model]] = {}
PLACES: dict[int, list[Any]] = {}
"""User → the units whose matters they see; a user who is not named here is not restricted."""
READERS: dict[Any, list[Reader]] = {}
"""Unit → who can open its matters, as ``readers`` of the access list says it."""


class Folder:
    """Stands where the product has a dossier, and holds nothing."""

    pk = id = erased_at = None
    is_open = True

    def __init__(self, row: Any = None) -> None:
        self.row = row

    @property
    def created_at(self) -> Any:
        """When its matter began."""
        return self.row.started_at


class PlainQuerySet(models.QuerySet[Any]):
    """The doors without walls."""

    def visible_to(self, actor: Any) -> "PlainQuerySet":
        """What belongs to the actor's units."""
        path = _UNIT.get(self.model.__name__)
        return self.filter(**{path: PLACES[actor.pk]}) if path and actor.pk in PLACES else self

    def newest(self, actor: Any, kind: str, n: int = 25, before: Any = None) -> "PlainQuerySet":
        """The newest."""
        column = "opened_at" if self.model.__name__ == "Case" else "started_at"
        rows = self.visible_to(actor).filter(**_OF_KIND.get((self.model.__name__, str(kind)), {}))
        return (rows.filter(**{f"{column}__lt": before}) if before else rows).order_by(f"-{column}")[:n]

    def neediest(self, actor: Any, n: int = 25) -> "PlainQuerySet":
        """What waits for the actor or their seats."""
        mine = Q(group__in=actor.group_ids) | Q(user=actor)
        return self.filter(mine, stopped_at=None).order_by("rank", "due_at")[:n]

    def running(self) -> "PlainQuerySet":
        """Not stopped."""
        return self.filter(stopped_at=None)

    def active(self, now: Any = None) -> "PlainQuerySet":
        """Decisions that count."""
        now = now or timezone.now()
        return self.filter(
            answer="granted", withdrawn_at=None, superseded_at=None, valid_from__lte=now, valid_until__gt=now
        )

    def with_key(self) -> "PlainQuerySet":
        """No key."""
        return self

    def select_related(self, *fields: Any) -> "PlainQuerySet":
        """Without folders."""
        return super().select_related(*(name for name in fields if "dossier" not in name))


_UNIT = {
    "Case": "unit__in", "Concern": "unit__in", "Referral": "unit__in", "Person": "cases__unit__in",
}  # fmt: skip
_OF_KIND: dict[tuple[str, str], dict[str, Any]] = {
    ("Concern", "draft"): {"status": "draft"},
    ("Concern", "concern"): {"status": "submitted"},
    ("Concern", "case"): {"status": "escalated_to_case"},
}


class Plain(models.Model):
    """What the product's code may ask of a walled row, answered without a wall."""

    is_open: ClassVar[bool] = True
    dossier_id: ClassVar[None] = None
    objects: ClassVar[Any] = PlainQuerySet.as_manager()

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name in ("dossier", "dossier_id"):
            kwargs.pop(name, None)
        super().__init__(*args, **kwargs)
        self.__dict__["dossier"] = Folder(self)

    def cipher(self) -> None:
        """None is needed."""


def twin(original: type[models.Model]) -> Any:
    """The plain model beside a walled one; for a model without walls the model itself."""
    return _TWINS.get(original, original)


def _open_type(field: EncryptedField) -> tuple[str, type[Any]]:
    return next((t for kind, t in _TYPES.items() if isinstance(field, kind)), ("text", models.TextField))


def _plain(field: Any, original: type[models.Model]) -> Any:
    """The field as plain Django has it."""
    if isinstance(field, EncryptedField):
        return _open_type(field)[1](null=True, blank=True)
    if not field.is_relation:
        return field.clone()
    target: Any = "self" if field.related_model is original else twin(field.related_model)
    name = field.remote_field.related_name if target in _TWINS.values() else "+"
    return type(field)(target, models.DO_NOTHING, null=field.null, blank=field.blank, related_name=name, db_index=False)


def _make(original: type[models.Model]) -> type[models.Model]:
    table = PREFIX + original._meta.db_table
    meta = type("Meta", (), {"apps": _REGISTRY, "app_label": "floor", "managed": False, "db_table": table})
    own = {
        k: v for k, v in vars(original).items() if isinstance(v, _KEPT) and (k == "__str__" or not k.startswith("__"))
    }
    fields = {f.name: _plain(f, original) for f in original._meta.concrete_fields if f.name != "dossier"}
    return type(original.__name__, (Plain,), {**own, **fields, "Meta": meta, "__module__": __name__})


_KEPT = (property, staticmethod, classmethod, FunctionType)


def _install() -> None:
    """Make the twins. The registry lists them, so that lookups over reverse relations work among them alone."""
    fields = [f for original in ORIGINALS for f in original._meta.concrete_fields if f.is_relation]
    others: set[Any] = {f.related_model for f in fields} - set(ORIGINALS)
    for model in others:
        _REGISTRY.all_models[model._meta.app_label][model._meta.model_name] = model
    for original in ORIGINALS:
        _TWINS[original] = _make(original)
    _REGISTRY.get_models = lambda *args, **kwargs: list(_TWINS.values())  # type: ignore[method-assign]


_install()


def make_tables() -> None:
    """The schema ``floor``, empty: like the tables of the product, with the indexes plain Django would want."""
    app = settings.DATABASES["default"]["USER"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE")
        cursor.execute(f'CREATE SCHEMA floor; GRANT USAGE ON SCHEMA floor TO "{app}"')
        for statement in (line for original in ORIGINALS for line in _statements(original)):
            cursor.execute(statement)
        for table, columns in INDEXES:
            cursor.execute(f"CREATE INDEX ON floor.{PREFIX}{table} {columns}")
        cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA floor TO "{app}"')


def _statements(original: type[models.Model]) -> list[str]:
    name, plain = original._meta.db_table, f"floor.{PREFIX}{original._meta.db_table}"
    sealed = [f for f in original._meta.concrete_fields if isinstance(f, EncryptedField)]
    return [
        f"CREATE TABLE {plain} (LIKE public.{name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)",
        f"ALTER TABLE {plain} DROP COLUMN dossier_id CASCADE",
        *(f"ALTER TABLE {plain} ALTER COLUMN {f.column} TYPE {_open_type(f)[0]} USING NULL" for f in sealed),
    ]


def find_tables() -> None:
    """Let the application's connection see the twins without naming their schema."""
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO public, floor")


def drop_tables() -> None:
    """Leave nothing behind."""
    with connection.cursor() as cursor:
        cursor.execute("RESET search_path")
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS floor CASCADE")
