"""Whether the figures still add up after many calls, errors, compactions and handoffs."""
