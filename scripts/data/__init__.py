"""What a run holds: its rows, settings, contenders and numbers. Uses no other folder."""
