"""The engine of guided conversation: it knows questions, drafts and buttons, and no subject."""
