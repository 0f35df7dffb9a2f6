"""The attacks on figures and words, one module for each way of attacking."""
