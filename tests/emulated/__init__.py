"""Readers without hardware, spoken to by the drivers of real ones."""
