"""What is remembered: Postgres, and only here."""
