"""Tests of encoder/readers."""
