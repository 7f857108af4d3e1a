"""Tests of landing/storage."""
