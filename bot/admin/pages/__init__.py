"""The dashboard at `/admin`: pages for operators, made on the server, one file a noun.

Templates are in `templates/`, everything a browser loads besides is in `static/`. A page works
without JavaScript; only charts need it, and the table beside each says the same.
"""
