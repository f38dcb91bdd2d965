"""Fetching by name: EgoHands and the model zoo's checkpoints, resumable, checked and safely unpacked."""
