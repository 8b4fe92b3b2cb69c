"""What people type about a draft, and what it means."""
