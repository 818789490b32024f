"""Which alias may do what."""

from typing import Any


class OwnerMigrates:
    """Tables are made by the owner's alias alone; the application's role may not change the schema."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """True for the owner's alias, and for the other one where both are the same database under test."""
        return db == "owner"

    def allow_relation(self, obj1: object, obj2: object, **hints: Any) -> bool:
        """Both aliases are one database, so rows from either may point at each other."""
        return True
