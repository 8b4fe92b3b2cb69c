"""Clocks as stored instants: `refresh` is their only writer, `drift` and `mend` are its check."""

from leads.services.drift import Difference, drift, drift_of_everything, lead_drift, mend
from leads.services.projecting import clock_values
from leads.services.refreshing import refresh
from leads.services.touched import touch, touch_many

__all__ = [
    "Difference",
    "clock_values",
    "drift",
    "drift_of_everything",
    "lead_drift",
    "mend",
    "refresh",
    "touch",
    "touch_many",
]
