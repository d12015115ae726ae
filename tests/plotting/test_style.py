from matplotlib import pyplot as plt

from gdl_utils.plotting import COLOURS


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_lines_stand_out_from_white():
    """At least 2:1 against white, and all of them different."""
    luminances = [_luminance(colour) for colour in COLOURS]
    assert all(1.05 / (luminance + 0.05) > 2 for luminance in luminances)
    assert len(set(COLOURS)) == len(COLOURS)
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == list(COLOURS)
