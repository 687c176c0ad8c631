"""The catalogue in memory: immutable columns that follow the catalogue's clock."""
