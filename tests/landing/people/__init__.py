"""Tests of landing/people."""
