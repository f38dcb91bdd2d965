"""What ends the attempt with one address, so that the next one is tried."""


class Refused(Exception):
    """An address does not serve what is wanted; the text says what it does instead."""


class Dropped(Exception):
    """A connection failed in a way that may pass; the text says how."""
