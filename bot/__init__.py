"""Ra Lớp: the running product; what it remembers lives beside it, in `storage`."""
