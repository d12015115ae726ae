import keras
import numpy as np
import tensorflow as tf

x = np.ones((64, 4), "f4")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
data = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(8).map(lambda a, b: (a, b), num_parallel_calls=2)
model.fit(data.prefetch(2), epochs=1, verbose=0)
for name in ("a.keras", "a.h5"):
    model.save(name)
assert keras.models.load_model("a.keras").count_params() == 5
assert tf.function(tf.reduce_sum, jit_compile=True)(x).numpy() == 256
