"""What changed between two versions of a data set, image by image and box by box."""
