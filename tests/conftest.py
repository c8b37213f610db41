"""What holds for all tests: no test has a deadline of wall time, since machines differ and are shared."""

from hypothesis import settings

settings.register_profile("understudy", deadline=None)
settings.load_profile("understudy")
