"""notifier: stay with a customer until somebody has reached them."""
