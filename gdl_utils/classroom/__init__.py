"""For those who teach: collects, grades, reports, exports, and gives feedback."""
