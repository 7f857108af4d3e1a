"""QR codes: drawn, written, read back."""
