"""A month of a commune that lives on a channel which counts its messages."""
