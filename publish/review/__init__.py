"""The review of a draft: what was found, checked and decided, the pack that shows it, and what approval asks for."""
