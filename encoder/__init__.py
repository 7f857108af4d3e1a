"""The workstation tool that writes each card's URL on its chip. Importing starts nothing."""
