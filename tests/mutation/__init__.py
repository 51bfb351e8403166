"""Mutation tests: small faults put into a module, to see whether its tests notice them."""
