"""What an agent is told and how it works through one turn."""
