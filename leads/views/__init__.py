"""Pages of leads: the list, the queue, one lead and what may be done with it."""
