"""The checks of a draft, each with a plain verdict: the figures in memory, and the finished files."""
