"""The outside world of the catalogue, for what goes through several of its parts."""

from tests.catalogue.conftest import company_api

__all__ = ["company_api"]
