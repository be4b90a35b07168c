"""Known facts: places and vehicles as TOML tables, every figure with its source and confidence."""
