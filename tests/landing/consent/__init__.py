"""Tests of consent: notices, records, the chain of events."""
