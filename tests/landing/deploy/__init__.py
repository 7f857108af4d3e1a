"""Tests of the files in deploy/, run by the programs that they are for."""
