"""The files: schema, loading, overlays, and the domain objects built from them."""
