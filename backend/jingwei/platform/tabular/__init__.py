"""Tables in files: CSV and XLSX in and out, without knowledge of what the columns mean.

`reading.read_table` and `matching.match_columns` for import, `writing` and `templates` for export.
"""
