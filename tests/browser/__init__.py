"""Tests that drive real Chromium."""
