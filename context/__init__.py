"""What is decided about a conversation: values and pure functions, no input or output.

Nothing here reads a clock, draws a random number, logs, or knows a vendor; it imports
no other package of the project.
"""
