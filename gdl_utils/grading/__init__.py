"""Releases assignments and grades submissions, by nbgrader."""
