"""Motion: forces, integration, events and trajectories."""
