"""Every promise of a random life is what an oracle says that looks at each minute; `make sla-proof` takes 10,000 of them."""

from hypothesis import HealthCheck, given, settings

from tests.oracle.cases import Case, cases
from tests.oracle.comparing import difference


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_promises_are_what_looking_at_every_minute_says(case: Case) -> None:
    assert difference(case) == ""
