"""The files of a report: report.html, summary.md, summary.json, summary.csv. Uses all the others."""
