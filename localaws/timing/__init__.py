"""The clock: simulated or real, and moto on it."""
