"""One file a change, named by what it does."""
