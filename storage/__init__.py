"""What Ra Lớp remembers: tables, one file a subject, and named reads that take a scope first."""
