"""Encrypted model fields: text, JSON and dates, sealed under the key of the row's dossier.

The model must offer ``cipher()`` (see ``foundation.dossiers.models.DossierBound``) and a UUID primary key. Plaintext is
never kept on the instance after it was read from the database: each access decrypts (0.5 µs).
"""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from foundation.core.errors import Unreadable
from foundation.vault.crypto import VaultError

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field

REGISTER: set[tuple[str, str]] = set()


class Token(bytes):
    """What the database holds; told apart from text that was just typed."""


class _Sealed(DeferredAttribute):
    """Opens on reading, remembers plaintext only until it is saved."""

    field: "EncryptedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        return self.field.open(instance, value) if isinstance(value, Token) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(_Field):
    """A ``bytea`` column holding a token. Cannot be filtered, ordered or indexed; ``isnull`` alone is allowed."""

    descriptor_class = _Sealed
    empty_strings_allowed = False

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Enter the column into the register of encrypted columns."""
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract and cls.__module__ != "__fake__":
            REGISTER.add((cls._meta.db_table, name))

    def get_internal_type(self) -> str:
        """Stored as binary."""
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """An encrypted column cannot be unique, a key or indexed."""
        wrong = self.unique or self.primary_key or getattr(self, "db_index", False)
        extra = [checks.Error("An encrypted field cannot be indexed.", obj=self, id="vault.E001")] if wrong else []
        return [*super().check(**kwargs), *extra]

    def get_lookup(self, lookup_name: str) -> Any:
        """Only ``isnull``: anything else would compare random bytes."""
        if lookup_name != "isnull":
            raise FieldError("An encrypted field cannot be searched in the database.")
        return super().get_lookup(lookup_name)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Token | None:
        """Mark what came from the database."""
        return None if value is None else Token(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Token | None:
        """Seal what was set since the row was read; keep a token as it is."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Token):
            return value
        token = Token(self.seal(model_instance, value))
        model_instance.__dict__[self.attname] = token
        return token

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Only tokens reach the database."""
        if value is not None and not isinstance(value, Token):
            raise VaultError("plaintext on its way to the database")
        return value if value is None else connection.Database.Binary(value)

    def seal(self, row: Any, value: Any) -> bytes:
        """The token of a value in this row."""
        sealed: bytes = row.cipher().seal(self.model._meta.db_table, self.attname, row.pk, self.encode(value))
        return sealed

    def open(self, row: Any, token: bytes) -> Any:
        """The value of a token in this row. A refusal says which place it was."""
        table = self.model._meta.db_table
        try:
            return self.decode(row.cipher().open(table, self.attname, row.pk, token))
        except Unreadable as problem:
            problem.place = (table, self.attname, row.pk)
            raise

    def encode(self, value: Any) -> bytes:
        """The value as bytes."""
        raise VaultError("encode")

    def decode(self, plain: bytes) -> Any:
        """The bytes as a value."""
        raise VaultError("decode")


class EncryptedText(EncryptedField):
    """Text of any script; ``max_length`` counts characters and is checked by ``full_clean``."""

    def encode(self, value: Any) -> bytes:
        """UTF-8."""
        return str(value).encode()

    def decode(self, plain: bytes) -> str:
        """UTF-8."""
        return plain.decode()


class EncryptedJSON(EncryptedField):
    """A JSON value."""

    def encode(self, value: Any) -> bytes:
        """Compact UTF-8 JSON."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """The parsed value."""
        return json.loads(plain)


class EncryptedDate(EncryptedField):
    """A calendar date."""

    def encode(self, value: Any) -> bytes:
        """ISO 8601."""
        return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat().encode()

    def decode(self, plain: bytes) -> date:
        """A ``date``."""
        return date.fromisoformat(plain.decode())
