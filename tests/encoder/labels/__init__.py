"""Labels and sheets."""
