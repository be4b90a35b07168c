"""Legs of a mission: launch, transfer, capture, orbit."""
