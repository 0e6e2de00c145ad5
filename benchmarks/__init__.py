"""Speed, size and quality side by side with what a user would otherwise write: `python -m benchmarks`."""
