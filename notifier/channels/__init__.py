"""The ways a notification leaves: one folder per channel, what they share in `base` and `render`."""
