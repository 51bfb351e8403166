"""Whether a conversation goes on whole through ten agents and any summariser."""
