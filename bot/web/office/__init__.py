"""The office page: what officials and heads of school look through at a desk, with the scope of whoever looks."""
