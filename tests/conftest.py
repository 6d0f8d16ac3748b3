"""What every test may rely on."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A busy machine is no reason to fail.
settings.register_profile("edm", deadline=None)
settings.load_profile("edm")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them, save the place of the networks."""
    for name in list(os.environ):
        if name.startswith("EDM_") and not name.startswith("EDM_MODELS"):
            monkeypatch.delenv(name)
    # No test asks the services themselves.
    monkeypatch.setenv("EDM_GENRES__MUSICBRAINZ", "false")
