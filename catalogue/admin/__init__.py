"""Screens of the catalogue in Wagtail's admin, one module a concept."""
