"""How data sets lie on a disk: finding annotations, images and splits by their names, and naming them."""
