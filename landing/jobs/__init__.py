"""The use cases of a job: order its cards, and book what the workstation reports."""
