"""Tests of encoder/site."""
