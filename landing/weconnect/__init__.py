"""The reciprocal form: a visitor gives their own details back to the card's owner."""
