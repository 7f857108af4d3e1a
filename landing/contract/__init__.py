"""What the site and the encoder agree on: card token, card URL, job and report documents."""
