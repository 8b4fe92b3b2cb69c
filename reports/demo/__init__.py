"""The demo organisation: one believable company's half year, made by the same rules as real data."""
