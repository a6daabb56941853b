"""Wagtail's signals lead to the services."""
