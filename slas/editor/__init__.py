"""Writing a draft, section by section: what people type in each, what it means, what is missing."""
