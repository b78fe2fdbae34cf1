"""What the tables share: engines, counted calls, write units by the book."""
