"""Alerts, emergency access, decoys."""

from foundation.watch.models.access import EmergencyAccess
from foundation.watch.models.alert import Alert, AlertMove, AlertOpening
from foundation.watch.models.decoy import Decoy

__all__ = ["Alert", "AlertMove", "AlertOpening", "Decoy", "EmergencyAccess"]
