"""The schema's history, one revision a file."""

import secrets


def new_epoch() -> str:
    """A name for a new epoch of the catalogue's clock: random, so that no two are alike."""
    return secrets.token_hex(8)
