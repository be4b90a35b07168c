"""Partners: who takes part, what they do together, and which rules of law and policy apply."""
