"""Pages where members of a company answer the questionnaire about their sheets."""
