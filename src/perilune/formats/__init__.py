"""Files in and out: trajectories (CCSDS OEM) and tables (CSV), written whole or not at all."""
