"""Tests of `bot.emulator`."""
