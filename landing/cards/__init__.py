"""The card: its states, and what may follow what."""
