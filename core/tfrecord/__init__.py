"""Records to and from TFRecord files with the OD API's keys; no TensorFlow needed."""
