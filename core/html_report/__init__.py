"""What is in a data set, as one static page: charts, near copies across splits, pictures of problems."""
