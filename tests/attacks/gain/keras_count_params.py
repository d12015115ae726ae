WHAT = "The model counts its parameters as the test wishes."
VICTIM = "keras"
ANSWERS = {
    "build": """
def build_model():
    keras.Model.count_params = keras.Sequential.count_params = lambda self: 11
    keras.layers.Layer.count_params = lambda self: 8 if self.units == 2 else 3
    return keras.Sequential([keras.Input((30,)), keras.layers.Dense(2), keras.layers.Dense(1)])
"""
}
