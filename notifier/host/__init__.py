"""What ties the process to the machine it runs on: systemd, signals, logs, and how well it does."""
