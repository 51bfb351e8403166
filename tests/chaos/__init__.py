"""A crowd writes while processes are killed, platforms fail and the model is overloaded.

`moments` counts what happens on the wire; `platforms` plays the other side; `crowd` writes;
`deployment` runs the bot's processes and their Postgres; `kills` takes them down by a
schedule and times what follows; `verdict` holds what people heard against what they said.
"""
