"""Figures whose code would distract from the point of a page. Colours and resolution are set when it is imported."""

from gdl_utils.plotting.images import show_history, show_images
from gdl_utils.plotting.style import COLOURS

__all__ = ["COLOURS", "show_history", "show_images"]
