WHAT = "A model of more weights than there is memory is built by the student."
VICTIM = "keras"
BASE = "honest"
ANSWERS = {
    "build": """
def build_model():
    return keras.Sequential([keras.Input((40000,)), keras.layers.Dense(40000)])
""",
}
POINTS = {"test_count": 1}
STATUS = {"GRADED", "MEMORY", "DIED"}
