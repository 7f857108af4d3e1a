"""The use case: a job's cards, one after another, from blank to booked; it emits events."""
