"""What the world model reads and tells of pages: changes between two of them, transitions as arrays."""
