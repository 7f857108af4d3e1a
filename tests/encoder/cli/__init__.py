"""Tests of encoder/cli."""
