"""The command line: one small module a verb, one module that prints."""
