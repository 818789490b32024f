"""Draw the secrets of docker-compose.yml. Run as `python3 -m config.deploy.secrets [DIRECTORY]`; needs nothing."""

import hashlib
import json
import os
import sys
from pathlib import Path
from secrets import token_urlsafe

from config.cluster import APP, DATABASE, OWNER
from config.state import CHECKOUT, new_keyring


def compose_secrets() -> dict[str, str]:
    """Fresh contents of every secret file, by name. Valkey learns only the hash of its password."""
    owner, app, broker = (token_urlsafe(32) for _ in range(3))
    allowed = f"#{hashlib.sha256(broker.encode()).hexdigest()} ~* &* +@all -@admin -flushall -flushdb"
    return {
        "postgres_password": token_urlsafe(32),
        "owner_password": owner,
        "app_password": app,
        "database_url": f"postgres://{APP}:{app}@postgres:5432/{DATABASE}",
        "database_owner_url": f"postgres://{OWNER}:{owner}@postgres:5432/{DATABASE}",
        "redis_url": f"redis://amparo:{broker}@redis:6379",
        "valkey_users": f"user default off\nuser health on nopass -@all +ping\nuser amparo on {allowed}\n",
        "django_secret_key": token_urlsafe(48),
        "operator_token": token_urlsafe(32),
        "keyring": json.dumps(new_keyring()),
    }


def write_secrets(directory: Path) -> None:
    """Write them into a directory that only its owner may enter; raises FileExistsError rather than replace one.

    The files themselves are readable (0444): they are mounted into containers, whose users are not the host's.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    for name, text in compose_secrets().items():
        file = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        os.write(file, text.encode())
        os.close(file)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / "var" / "secrets"
    try:
        write_secrets(place)
    except FileExistsError as error:
        sys.exit(f"{error.filename} exists; nothing was replaced")
    print(f"Secrets are in {place}. Keep a copy of `keyring` elsewhere: without it no record can be read.")
