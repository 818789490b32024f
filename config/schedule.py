"""What the scheduler starts, and how often (seconds). Some rhythms differ between installations."""

import environ

env = environ.FileAwareEnv()

CELERY_BEAT_SCHEDULE = {
    "outbox": {"task": "outbox.sweep", "schedule": env.float("AMPARO_OUTBOX_SECONDS", default=5)},
    "seal": {"task": "audit.seal", "schedule": env.float("AMPARO_SEAL_SECONDS", default=10)},
    "anchor": {"task": "audit.anchor", "schedule": env.float("AMPARO_ANCHOR_SECONDS", default=3600)},
    "months": {"task": "audit.months", "schedule": 3600.0},
    "remind": {"task": "dossiers.remind", "schedule": env.float("AMPARO_REMIND_SECONDS", default=30)},
    "look": {"task": "upkeep.look", "schedule": 60.0},
    "api": {"task": "api.forget", "schedule": 3600.0},
    "exports": {"task": "exports.sweep", "schedule": env.float("AMPARO_EXPORT_SWEEP_SECONDS", default=60)},
    "readiness": {"task": "readiness.sweep", "schedule": env.float("AMPARO_READINESS_SECONDS", default=3600)},
    "exceptions": {"task": "consent.sign_in_time", "schedule": 60.0},
    "drafts": {"task": "cases.remove_old_drafts", "schedule": 3600.0},
    "consents": {"task": "cases.remind_of_consent", "schedule": 3600.0},
    "retain": {"task": "cases.retain", "schedule": env.float("AMPARO_RETAIN_SECONDS", default=3600)},
    "erase": {"task": "cases.finish_erasures", "schedule": 60.0},
    "safeguarding": {"task": "cases.keep_safeguarding", "schedule": 60.0},
    "erasures": {"task": "dossiers.reconcile", "schedule": env.float("AMPARO_RECONCILE_SECONDS", default=60)},
    "reports": {"task": "riskanalysis.release", "schedule": 86400.0},
    "files": {"task": "files.sweep", "schedule": env.float("AMPARO_FILES_SECONDS", default=30)},
    "tidy": {"task": "files.tidy", "schedule": 3600.0},
    "watch": {"task": "watch.sweep", "schedule": env.float("AMPARO_WATCH_SECONDS", default=5)},
    "touches": {"task": "watch.forget", "schedule": 3600.0},
    "accesses": {"task": "watch.close", "schedule": 60.0},
    "agreements": {"task": "referrals.agreements", "schedule": 3600.0},
    "referral drafts": {"task": "referrals.drafts", "schedule": 3600.0},
    "pathways": {"task": "referrals.remind_of_pathways", "schedule": 3600.0},
    "services": {"task": "referrals.measure", "schedule": 3600.0},
    "endpoints": {"task": "referrals.endpoints", "schedule": 3600.0},
    "decoys": {"task": "watch.grow", "schedule": 10.0},
}
