"""The chain: missions, how they are flown, and what a flight shows."""
