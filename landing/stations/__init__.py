"""The use cases of a workstation's token: make it, revoke it, and know it again."""
