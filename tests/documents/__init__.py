"""The code blocks of the tutorials, run as written, with the values they show."""
