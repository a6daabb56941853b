"""The search app listens to changes of documents."""
