"""Figures, never assertions: how fast and how large notifier is. `python -m bench` prints them."""
