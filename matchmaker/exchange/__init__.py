"""Files in and out: spreadsheets, CSV and JSON lines become organisations and listings, with a report for every row."""
