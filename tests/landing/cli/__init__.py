"""Tests of landing/cli."""
