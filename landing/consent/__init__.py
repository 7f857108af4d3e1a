"""Consent: what is asked, what was shown, what was agreed, and the chain that proves it."""
