"""What bench.py is made of: one concern a file."""
