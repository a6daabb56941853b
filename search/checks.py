"""System checks of the search."""
