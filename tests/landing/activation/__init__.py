"""Cards without a person, and how they get one."""
