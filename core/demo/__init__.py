"""A small EgoHands of our own drawings: everything can be tried offline, without the 1.3 GB original."""
