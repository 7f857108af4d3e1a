"""The labels of a job: a picture of each card's QR code, and a sheet to print."""
