"""An owner's public profile: its fields, which of them are shown, and its vCard."""
