"""Image files: where their bytes are, what their headers say, and pictures of boxes on them."""
