"""The locked folder: one key in the vault, one access list in guardian, one trail in the audit.

Two permissions stand on an access list. ``view_dossier`` opens the folder: its rows *and its key*. ``follow_dossier``
shows that it exists and where it stands: the rows without the key, so that every encrypted column stays shut.
"""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from foundation.accounts.models import Organisation, Unit
from foundation.dossiers import doors
from foundation.dossiers.models.key import Ciphers, keys_of, open_keys, packed_keys, unpacked
from foundation.vault.crypto import Cipher, NoKey

if TYPE_CHECKING:
    from foundation.accounts.models import User

VIEW, FOLLOW = "view_dossier", "follow_dossier"
Bound = TypeVar("Bound", bound="DossierBound")


class Kind(models.TextChoices):
    """What a dossier holds."""

    DRAFT = "draft"
    CONCERN = "concern"
    CASE = "case"
    PACKAGE = "package"
    EXPORT = "export"
    BOOK = "book"
    REQUEST = "request"
    SHELF = "shelf"
    INCIDENT = "incident"
    ISSUE = "issue"
    HARM = "harm"
    GUARDED = "guarded"
    """A report about our own people, for the safeguarding seats alone (R-31)."""


class DossierQuerySet(models.QuerySet["Dossier"]):
    """The door to the folders themselves."""

    def n_named(self, actor: "User", kind: Kind, most: int) -> int:
        """How many folders of a kind name this person as one who may open them, counted up to ``most``."""
        named = DossierUserPermission.objects.filter(
            user=actor, permission_id=doors.permission(VIEW), dossier_kind=kind
        )
        return named[:most].count()

    def visible_to(self, actor: "User", permission: str = FOLLOW) -> "DossierQuerySet":
        """Folders that this person may follow (or, with ``VIEW``, open)."""
        return self.filter(doors.seen("dossiers_dossier", "id", actor, permission))


class Dossier(models.Model):
    """A locked folder. ``kind`` and ``unit`` are all that it says about itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)
    ledger_number = models.BigIntegerField(null=True, blank=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        permissions: ClassVar = [(FOLLOW, "Can follow dossier")]
        indexes: ClassVar = [
            models.Index(
                fields=["erased_at"], name="erasures_to_confirm",
                condition=Q(erased_at__isnull=False, ledger_number=None),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.pk)

    def cipher(self) -> Cipher | Ciphers:
        """What opens and seals here. Raises ``VaultError`` when the actor may not open it or its key is gone."""
        if "_cipher" not in self.__dict__:
            self.__dict__["_cipher"] = open_keys(self.pk, keys_of(self.pk))
        cipher: Cipher | Ciphers = self.__dict__["_cipher"]
        return cipher

    @property
    def is_open(self) -> bool:
        """Whether the actor holds the key. A key that is there and does not fit is an error, and not an answer."""
        try:
            self.cipher()
        except NoKey:
            return False
        return True


class DossierGroupPermission(GroupObjectPermissionBase):
    """The normal row of an access list: one seat. ``kind`` and time stand here too, so that lists read one index."""

    group = models.ForeignKey(Group, models.CASCADE, db_index=False)
    permission = models.ForeignKey(Permission, models.CASCADE, db_index=False)
    content_object = models.ForeignKey(Dossier, models.DO_NOTHING, db_index=False)
    dossier_kind = models.CharField(max_length=8)
    dossier_created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content_object", "permission", "group"], name="one_row_per_seat")
        ]
        indexes: ClassVar = [
            models.Index(
                "group", "permission", "dossier_kind", models.F("dossier_created_at").desc(),
                name="newest_of_seat", include=["content_object", "expires_at"],
            )
        ]  # fmt: skip


class DossierUserPermission(UserObjectPermissionBase):
    """A named exception on an access list, with its reason: the author of a draft, the assigned caseworker."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    permission = models.ForeignKey(Permission, models.CASCADE, db_index=False)
    content_object = models.ForeignKey(Dossier, models.DO_NOTHING, db_index=False)
    dossier_kind = models.CharField(max_length=8)
    dossier_created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content_object", "permission", "user"], name="one_row_per_person")
        ]
        indexes: ClassVar = [
            models.Index(
                "user", "permission", "dossier_kind", models.F("dossier_created_at").desc(),
                name="newest_of_person", include=["content_object", "expires_at"],
            )
        ]  # fmt: skip


class BoundQuerySet(models.QuerySet[Bound]):
    """The one door to everything that hangs on a dossier."""

    def visible_to(self, actor: "User") -> "BoundQuerySet[Bound]":
        """Rows of folders that this person may open, or follow where the model is made for followers."""
        table = self.model._meta.db_table
        found: BoundQuerySet[Bound] = self.filter(doors.seen(table, "dossier_id", actor, self.model.reads))
        return found

    def newest(
        self, actor: "User", kind: Kind, n: int = 25, before: datetime | None = None
    ) -> "models.QuerySet[Bound]":
        """The newest ``n`` of the folders of a kind, for list pages: one index probe per seat, whatever the total."""
        condition, order = doors.newest(self.model._meta.db_table, actor, self.model.reads, kind, n, before)
        return self.filter(condition).order_by(order)[:n]

    def with_key(self) -> "BoundQuerySet[Bound]":
        """Fetch the key with the row, so that a list opens each folder without a query of its own."""
        found: BoundQuerySet[Bound] = cast(Any, self).annotate(_keys=packed_keys(self.model._meta.db_table))
        return found


class DossierBound(models.Model):
    """Hangs on exactly one dossier: encrypted under its key, walled by its access list (see ``walls.py``)."""

    reads: ClassVar[str] = VIEW
    writes: ClassVar[str] = VIEW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.DO_NOTHING, related_name="%(app_label)s_%(class)ss")

    objects: ClassVar[Any] = BoundQuerySet.as_manager()

    class Meta:
        abstract = True

    def cipher(self) -> Cipher | Ciphers:
        """What opens and seals the folder, from the column of ``with_key()`` or by way of the dossier."""
        known = self.__dict__
        if "_cipher" not in known:
            if "_keys" not in known:
                return self._folder().cipher()
            known["_cipher"] = open_keys(self.dossier_id, unpacked(known["_keys"]))
        cipher: Cipher | Ciphers = known["_cipher"]
        return cipher

    def _folder(self) -> Dossier:
        try:
            return self.dossier
        except Dossier.DoesNotExist:  # a row may be read without its folder: the decision under a referral
            raise NoKey("no key") from None

    @property
    def is_open(self) -> bool:
        """Whether the actor holds the key, so that the encrypted columns can be read. A wrong key is an error."""
        try:
            self.cipher()
        except NoKey:
            return False
        return True
