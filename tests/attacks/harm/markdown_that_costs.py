WHAT = "Markdown that takes minutes to be parsed, and HTML with tens of thousands of attributes."
BASE = "honest"
ANSWERS = {
    "parity": """
from IPython.display import HTML, Javascript, SVG, Markdown, display
display(Markdown("\\\\\\\\(" * 20000), Markdown("\\\\begin{a}" * 20000))
display(HTML("<p " + " ".join(f"a{i}=1" for i in range(30000)) + ">"), HTML("<b id=1></i>" * 20000))
def parity(n):
    return n % 2 == 0
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
