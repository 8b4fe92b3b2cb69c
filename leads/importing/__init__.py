"""Importing leads: read a file, match its columns, check its rows, merge them with what is known, store.

reading    bytes -> header and rows of text cells
mapping    header -> which column fills which of our fields (presets.py: other systems' names)
survey     one pass over the file: order of day and month, rows of one lead
rows       cells -> a checked Row, or the reason why not (dates.py, values.py)
merging    what is known of a lead + its Rows -> what it is now, and the entries that say so
storing    a chunk of leads -> rows of the database, in sets (tables.py)
rejects    the rows that were not taken, as a CSV
running    all of it: `import_file`
"""
