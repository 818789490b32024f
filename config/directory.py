"""A Society's own directory of people (OpenID Connect), where an installation has one (docs/how-to/sign-in.md)."""

from typing import Any

import environ

env = environ.FileAwareEnv()

# Off unless issuer and client are named.
DIRECTORY: dict[str, Any] = {
    "name": env.str("AMPARO_DIRECTORY_NAME", default=""),
    "issuer": env.str("AMPARO_DIRECTORY_ISSUER", default=""),
    "client_id": env.str("AMPARO_DIRECTORY_CLIENT_ID", default=""),
    "client_secret": env.str("AMPARO_DIRECTORY_CLIENT_SECRET", default=""),
    "domains": env.list("AMPARO_DIRECTORY_DOMAINS", default=[]),
    "email_claim": env.str("AMPARO_DIRECTORY_EMAIL_CLAIM", default="email"),
    "verified_claim": env.str("AMPARO_DIRECTORY_VERIFIED_CLAIM", default="email_verified"),
    # By which words the directory says that it has asked for a second factor. Empty: our own is asked.
    "acr": env.list("AMPARO_DIRECTORY_ACR", default=[]),
    "amr": env.list("AMPARO_DIRECTORY_AMR", default=[]),
}
