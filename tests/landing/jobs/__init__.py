"""Tests of landing/jobs."""
