"""An article of our own that goes through every step once an hour, to a test receiver, to show that the way is free."""
