"""What may happen and what follows from it: rules return facts, say nothing and send nothing."""
