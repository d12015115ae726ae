WHAT = "The configuration that the model gives of itself holds a class of the student's own, or a function."
VICTIM = "keras"
ANSWERS = {
    "build": """
@keras.saving.register_keras_serializable("mine", "Dense")
class Mine(keras.layers.Dense):
    def count_params(self):
        return 8 if self.units == 2 else 3

def build_model():
    return keras.Sequential([keras.Input((9,)), Mine(2), Mine(1, kernel_initializer=lambda *_, **__: 0)])
"""
}
