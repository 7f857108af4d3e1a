"""A card's QR code: drawn, written as PNG and SVG, and read back to prove it."""
