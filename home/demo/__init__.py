"""The demo catalogue: fictitious vendors and sheets, the same for the same seed."""
