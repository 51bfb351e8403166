"""How the bot speaks on each platform: one file per platform, one port for all."""
