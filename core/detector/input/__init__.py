"""From TFRecord files to batches of images and their objects."""
