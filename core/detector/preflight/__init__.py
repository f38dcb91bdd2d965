"""What is looked at before a training begins: mistakes that would show after hours show within seconds."""
