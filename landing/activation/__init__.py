"""The use case of a card without a person: who has its parcel makes it their own."""
