"""What the model may call while it answers, a file a tool."""
