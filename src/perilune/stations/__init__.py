"""Space stations: who reaches them, how they are built, crewed, kept and divided."""
