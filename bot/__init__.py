"""The app: the only package that wires the others together."""
