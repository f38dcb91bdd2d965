"""The core: the annotation schema, the adapters' contract, conversion, TFRecords."""
