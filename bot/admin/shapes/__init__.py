"""How stored values look as JSON: one model a shape, for the admin API and the `bot` command.

The models say what OpenAPI promises. They take values of `storage`, whose fields have the same
names, so that what the API gives changes only here.
"""
