WHAT = "What should be imported has the right name, and is something else."
VICTIM = "careless"
ANSWERS = {
    "import": "import math as fractions\nfrom statistics import mean as most_frequent",
    "median": "def median(values):\n    return None",
    "count": "N = 9",
}
