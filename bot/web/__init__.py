"""Pages: the chat, the three phones of the demo, webhooks and health. Starlette, Jinja2, and one small script."""
