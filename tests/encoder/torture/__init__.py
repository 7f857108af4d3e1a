"""The engine under attack: cards torn at every WRITE, processes killed, answers made up."""
