"""Tests of the reciprocal form, from the rules to the receipt."""
