"""Solving: unknowns and goals in, a solution with achieved errors out."""
