"""The reference of the documentation: Markdown pages made from the code that they describe."""
