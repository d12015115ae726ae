"""Runs the pages of the book, records what they ran on, and builds the site from their stored outputs."""
