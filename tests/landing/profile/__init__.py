"""The public profile: its vCard, its file name, its pictures and its links."""
