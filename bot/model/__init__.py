"""The model: the one place that knows the Anthropic SDK."""
