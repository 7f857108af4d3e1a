"""The ``wecard-encoder`` command, a module per verb."""
