"""What may happen to an agreement: one function per transition, each in a transaction and given the time."""
