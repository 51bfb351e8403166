"""Servers that speak the platforms' wire protocols, for dev and for tests.

They know nothing of our channels, our storage or our model code.
"""
