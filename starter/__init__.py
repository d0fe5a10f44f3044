"""What lab.py does. It runs before there is an environment: the standard library alone."""
