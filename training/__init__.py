"""How the embedded reader was made: examples, training, export, measuring. See README.md."""
