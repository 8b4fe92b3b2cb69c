"""After every test of the services nothing may differ from the journal."""

from datetime import UTC, datetime

import pytest

from leads.services.clocks import drift_of_everything


@pytest.fixture
def audited(db):
    """Fail where a stored value is not what the journal says once the test is over."""
    yield
    differences = [str(each) for each in drift_of_everything(datetime(2027, 6, 1, tzinfo=UTC))]
    assert differences == []
