"""What every loop needs that sends messages: one attempt, what follows from a failure, and its workers."""
