"""`jingwei bench`: what the work of every day costs, each beside its floor, on a database of its own.

The floor of a command is the same rows into the same tables, with their triggers, indexes, locks and commits, and
nothing else: what the command sent is replayed on a copy of the database (see `tape`).
"""
