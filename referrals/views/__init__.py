"""Pages of referrals: the referring side and the partner’s."""
