"""A program that serves the page over a chatbot without models, as app.py serves the real one, until SIGTERM."""

from __future__ import annotations

import sys
from unittest.mock import patch

import app
from tests.fake_chatbot import FakeChatbot

if __name__ == "__main__":
    bot = FakeChatbot()
    bot.gate.clear()  # every answer takes a minute
    with patch.object(app, "_open", lambda settings: bot):
        sys.exit(app.main())
