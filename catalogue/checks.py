"""System checks of the catalogue."""
