"""What vendors do for themselves, at `/espace-editeur/`: their company and their sheets."""
