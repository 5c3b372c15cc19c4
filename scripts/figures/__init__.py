"""The kinds of figures. Uses data and answers."""
