"""A school year that is drawn by chance, with the truth known: what the rules find in it, and how soon."""
