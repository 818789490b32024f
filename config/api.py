"""How the partner API gives tokens and describes itself; the same in every installation."""

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "SCOPES": {
        "referrals:read": "Read referrals addressed to you",
        "referrals:respond": "Answer them",
        "directory:read": "Read the directory of services (HSDS)",
    },
    "DEFAULT_SCOPES": ["referrals:read", "referrals:respond"],
    "OAUTH2_VALIDATOR_CLASS": "referrals.api.validator.ProgramValidator",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
        )
    },
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Amparo partner API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": "For partner organisations: referrals addressed to you. Guide: docs/partners/README.md.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "referrals.api.schema.tell_rates",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ReferralStatus": "referrals.vocabulary.Status.choices",
        "ItemReason": "referrals.items.ItemReason.choices",
    },
    "APPEND_COMPONENTS": {"securitySchemes": {"client": {"type": "http", "scheme": "basic"}}},
}
