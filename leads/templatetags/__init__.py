"""Filters for the templates of leads."""
