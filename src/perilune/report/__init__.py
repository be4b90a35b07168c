"""Results shown to people: one page that opens offline. Nothing here computes a result."""
