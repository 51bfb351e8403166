"""The admin API: what operators ask over HTTP."""
