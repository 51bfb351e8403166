"""What the bot itself says, in every language it speaks: one file per language."""
