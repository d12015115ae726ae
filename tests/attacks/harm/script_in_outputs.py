WHAT = "Outputs hold scripts and handlers of events, for the browser of the person who grades."
BASE = "honest"
ANSWERS = {
    "parity": """
from IPython.display import HTML, Javascript, SVG, Markdown, display
display(HTML("<script>alert(1)</script><img src=x onerror=alert(1)>"), Javascript("alert(1)"))
display({"image/png": 'x" onerror="alert(1)'}, raw=True, metadata={"image/png": {"width": "1 onerror=alert(1)"}})
def parity(n):
    return n % 2 == 0
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
