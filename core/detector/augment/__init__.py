"""Varies training images: pure functions of a sample and a seed, driven by the config's options."""
