"""The contract between the site and the encoder."""
