"""What the tap page is held against: made by us, run on the same machine."""
