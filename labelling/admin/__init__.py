"""Screens of the admin about referentials."""
