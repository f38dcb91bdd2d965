"""Everything that needs TensorFlow: training, evaluating and exporting a detector from TFRecords."""
