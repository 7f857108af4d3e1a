"""What visitors see, asked of the real application on a real database."""
