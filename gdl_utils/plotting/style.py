"""Colours and resolution of all figures."""

from matplotlib import pyplot as plt

# Okabe and Ito's colours, told apart by colour-blind readers too ("Color Universal Design", 2008), less the yellow,
# which is too light for lines on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
plt.rcParams["axes.prop_cycle"] = plt.cycler(color=COLOURS)
plt.rcParams["figure.dpi"] = 110
