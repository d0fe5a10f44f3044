"""A deployed stack: its resources, and what is in them."""
