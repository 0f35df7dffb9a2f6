"""The attacker: reads a folder of published files, as published, and tries what a reader could try.

Shares no code with the rest of the project but its errors: what is proven here is proven of the files alone.
"""
