"""The rules of an agreement: pure values and functions, no Django, no I/O, no clock of their own."""
