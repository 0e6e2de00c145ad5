"""Speed, size and quality side by side with what a user would otherwise write: `python -m benchmarks`."""

import os

# Before Footnote is imported, which sets threads and tokenizers for itself: users of the others would not know of it.
STARTED_WITH = dict(os.environ)
