"""Tests of `bot.model`."""
