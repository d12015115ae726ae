"""Formgrader is a page within JupyterLab's: an instructor's server lets pages of its own address hold it."""

c = get_config()  # noqa: F821  (traitlets defines it)

c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
