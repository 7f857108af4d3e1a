"""Tests of encoder/chips."""
