"""What programs used of `tf.contrib`, written against the public interface of headwater."""
