"""Tests of encoder/ledger."""
