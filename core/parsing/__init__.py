"""Kinds of files and values that several formats are made of: text, JSON, XML, MATLAB, masks."""
