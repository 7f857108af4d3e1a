"""Tests of landing/cards."""
