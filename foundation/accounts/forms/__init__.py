"""What people type about themselves and at the door."""

from foundation.accounts.forms.again import Again
from foundation.accounts.forms.door import Conduct
from foundation.accounts.forms.seats import Away, Invitation, Known, Proposal

__all__ = ["Again", "Away", "Conduct", "Invitation", "Known", "Proposal"]
