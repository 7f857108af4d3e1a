"""Virtual chips that refuse what silicon refuses, and the field they lie in."""
