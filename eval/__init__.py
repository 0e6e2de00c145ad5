"""Evaluation: how good the answers are, down to the cited span, each figure with its interval."""
