"""The platforms played on loopback, and a page to talk to the bot through them."""
