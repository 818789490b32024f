"""Who may assess a risk: people with a valid training for protection referrals (R-36; HS-07)."""

from foundation.accounts.models import User
from foundation.readiness.training import Competence, is_trained, require_training


def require_trained(user: User) -> None:
    """Refuse whoever is not trained, and say who can mend it; they can still raise a concern or pass on a contact."""
    require_training(user, Competence.PROTECTION_REFERRAL)


def may_assess(user: User) -> bool:
    """Whether the training is in date, for what a page offers."""
    return is_trained(user, Competence.PROTECTION_REFERRAL)
