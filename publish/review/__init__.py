"""The review of a draft: what was found, checked and decided, its pack, and what approval asks for."""
