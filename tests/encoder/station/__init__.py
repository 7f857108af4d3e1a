"""Tests of encoder/station."""
