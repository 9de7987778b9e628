"""Hypothesis without its time limits: a machine that does more than one thing would fail tests at random."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", settings.get_profile("thorough"), max_examples=25)  # make test-fast
settings.load_profile("thorough")
