"""Sheets that come from elsewhere: each module reads one format into `ImportedSheet` records."""
