"""``wecard-landing``: a module per verb; arguments, streams and exit codes, no rules."""
