"""What the rows of a run say, in words and tables. Uses data."""
