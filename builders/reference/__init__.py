"""The parts of `builders/build_reference.py`: a module a page."""
