WHAT = "A model inside a model inside a model, deeper than a reader can bear."
VICTIM = "keras"
BASE = "honest"
ANSWERS = {
    "build": """
def build_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    config = model.get_config()
    for _ in range(200):
        config = {"name": "s", "layers": [{"module": "keras", "class_name": "Sequential", "registered_name": None,
                                            "config": config}]}
    object.__setattr__(model, "get_config", lambda: config)
    return model
""",
}
POINTS = {"test_count": 1}
STATUS = {"GRADED", "TIMEOUT"}
