"""One file a channel: it knows messages and settings, decides nothing, and knows nobody."""
